import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type Browser as Chromium, type BrowserContext, chromium } from 'playwright-core';
import puppeteer, {
  type Browser as Firefox,
  type BrowserContext as FirefoxContext,
  type Viewport,
} from 'puppeteer-core';

export type BrowserName = 'chromium' | 'firefox';

export interface BrowserOptions {
  /** False: as at Tor Browser's Safest level, no script of the page runs. */
  readonly script: boolean;
  readonly width?: number;
  readonly height?: number;
  /** Everything, names included, goes through this SOCKS port. */
  readonly socksPort?: number;
  /** Further Firefox preferences. */
  readonly preferences?: Readonly<Record<string, string | number | boolean>>;
  readonly colourScheme?: 'dark' | 'light';
  /** Source text that runs in every document before its own scripts; Chromium alone. */
  readonly beforeScripts?: string;
}

/** One page of a real browser, reduced to what both drivers can do. Expressions are source text and give what JSON can carry. */
export interface BrowserPage {
  /** Opens an address; waits for the document, never for `load`, which a page with endless frames does not reach. */
  goto(url: string): Promise<void>;
  /** Evaluates in the page with the debugger's rights: works without script as well. */
  evaluate<T>(expression: string): Promise<T>;
  /** Evaluates until the result is truthy, at most `withinMs` (a minute unless given). */
  until<T>(expression: string, withinMs?: number): Promise<T>;
  click(x: number, y: number): Promise<void>;
  /** Types into whatever has the focus. */
  type(text: string): Promise<void>;
  press(key: 'Enter' | 'Tab' | 'Space' | 'Escape'): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  screenshot(path?: string): Promise<Buffer>;
  /** Another page of the same person. */
  tab(): Promise<BrowserPage>;
  close(): Promise<void>;
}

/** A running browser in which several people can be at home: no page knows anything of another one. */
export interface RunningBrowser {
  /** A page with cookies and storage of its own. */
  open(): Promise<BrowserPage>;
  close(): Promise<void>;
}

const executables: Record<BrowserName, readonly string[]> = {
  chromium: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  firefox: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
};

/** Tor Browser's habits, as far as preferences can give them. */
const torBrowserPreferences = {
  'privacy.resistFingerprinting': true,
  'privacy.firstparty.isolate': true,
  'browser.privatebrowsing.autostart': true,
  'network.cookie.cookieBehavior': 1,
  'media.memory_cache_max_size': 65536,
  'browser.cache.disk.enable': false,
  'javascript.options.ion': false,
  'javascript.options.baselinejit': false,
} as const;

/** Preferences that every Firefox here has: nothing is asked of the network, media plays without a click as long as it is muted. */
const quietPreferences = {
  'app.update.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'media.autoplay.default': 1,
  'media.gmp-manager.updateEnabled': false,
} as const;

/** Several browsers start at a time on a machine that is busy already. */
const launchTimeoutMs = 90_000;

export async function launchBrowser(name: BrowserName, options: BrowserOptions): Promise<RunningBrowser> {
  return name === 'chromium' ? await launchChromium(options) : await launchFirefox(options);
}

/** A browser for one page; it ends with the page. */
export async function openBrowser(name: BrowserName, options: BrowserOptions): Promise<BrowserPage> {
  const browser = await launchBrowser(name, options);
  const page = await browser.open();
  return { ...page, close: async () => await browser.close() };
}

/** What to hand to `preferences` for a Firefox that behaves like Tor Browser. */
export function likeTorBrowser(): Readonly<Record<string, string | number | boolean>> {
  return torBrowserPreferences;
}

function executable(name: BrowserName): string {
  const found = executables[name].find((candidate) => existsSync(candidate));
  if (found === undefined) throw new Error(`${name} is not installed; "npm test" installs it`);
  return found;
}

async function launchChromium(options: BrowserOptions): Promise<RunningBrowser> {
  const { socksPort } = options;
  const browser = await chromium.launch({
    timeout: launchTimeoutMs,
    executablePath: executable('chromium'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--autoplay-policy=no-user-gesture-required',
      ...(socksPort === undefined
        ? []
        : [
            `--proxy-server=socks5://127.0.0.1:${socksPort}`,
            '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
          ]),
    ],
  });
  return {
    open: async () => await openInChromium(browser, options),
    close: async () => await browser.close(),
  };
}

async function openInChromium(browser: Chromium, options: BrowserOptions): Promise<BrowserPage> {
  const { width = 1400, height = 900 } = options;
  const context = await browser.newContext({
    javaScriptEnabled: options.script,
    viewport: { width, height },
    colorScheme: options.colourScheme ?? 'dark',
  });
  if (options.beforeScripts !== undefined) await context.addInitScript(options.beforeScripts);
  return { ...(await chromiumPage(context)), close: async () => await context.close() };
}

async function chromiumPage(context: BrowserContext): Promise<BrowserPage> {
  const page = await context.newPage();
  page.setDefaultTimeout(launchTimeoutMs);
  return {
    goto: async (url) => {
      await page.goto(url, { waitUntil: 'domcontentloaded', timeout: 60_000 });
    },
    evaluate: async <T>(expression: string) => await page.evaluate<T>(expression),
    until: async <T>(expression: string, withinMs?: number) =>
      await repeat<T>(async () => await page.evaluate<T>(expression), expression, withinMs),
    click: async (x, y) => await page.mouse.click(x, y),
    type: async (text) => await page.keyboard.type(text),
    press: async (key) => await page.keyboard.press(key),
    resize: async (width, height) => await page.setViewportSize({ width, height }),
    screenshot: async (path) => await page.screenshot(path === undefined ? {} : { path }),
    tab: async () => await chromiumPage(context),
    close: async () => await page.close(),
  };
}

async function launchFirefox(options: BrowserOptions): Promise<RunningBrowser> {
  const { width = 1400, height = 900, socksPort } = options;
  const browser = await puppeteer.launch({
    browser: 'firefox',
    timeout: launchTimeoutMs,
    executablePath: executable('firefox'),
    headless: true,
    args: [`--width=${width}`, `--height=${height}`],
    extraPrefsFirefox: {
      ...quietPreferences,
      'javascript.enabled': options.script,
      'layout.css.prefers-color-scheme.content-override': options.colourScheme === 'light' ? 1 : 0,
      ...(socksPort === undefined ? {} : socksPreferences(socksPort)),
      ...options.preferences,
    },
  });
  return {
    open: async () => await openInFirefox(browser, options),
    close: async () => await browser.close(),
  };
}

async function openInFirefox(browser: Firefox, { width = 1400, height = 900 }: BrowserOptions): Promise<BrowserPage> {
  const viewport = { width, height };
  const context = await browser.createBrowserContext();
  return { ...(await firefoxPage(context, viewport)), close: async () => await context.close() };
}

async function firefoxPage(context: FirefoxContext, viewport: Viewport): Promise<BrowserPage> {
  const page = await context.newPage();
  await page.setViewport(viewport);
  return {
    goto: async (url) => {
      await page.goto(url, { waitUntil: 'domcontentloaded', timeout: 60_000 });
    },
    evaluate: async <T>(expression: string) => (await page.evaluate(expression)) as T,
    until: async <T>(expression: string, withinMs?: number) =>
      await repeat<T>(async () => (await page.evaluate(expression)) as T, expression, withinMs),
    click: async (x, y) => await page.mouse.click(x, y),
    type: async (text) => await page.keyboard.type(text),
    press: async (key) => await page.keyboard.press(key),
    resize: async (width, height) => await page.setViewport({ width, height }),
    screenshot: async (path) => {
      const picture = Buffer.from(await page.screenshot());
      if (path !== undefined) await writeFile(path, picture);
      return picture;
    },
    tab: async () => await firefoxPage(context, viewport),
    close: async () => await page.close(),
  };
}

function socksPreferences(port: number): Record<string, string | number | boolean> {
  return {
    'network.proxy.type': 1,
    'network.proxy.socks': '127.0.0.1',
    'network.proxy.socks_port': port,
    'network.proxy.socks_version': 5,
    'network.proxy.socks_remote_dns': true,
    'network.proxy.socks5_remote_dns': true,
    'network.proxy.failover_direct': false,
    'network.dns.blockDotOnion': false,
    'dom.security.https_only_mode': false,
  };
}

async function repeat<T>(look: () => Promise<T>, what: string, withinMs = 60_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const result = await look();
      if (result) return result;
      last = result;
    } catch (error) {
      // A frame may be loading again at this very moment.
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  throw new Error(`not true within ${withinMs} ms: ${what} (last: ${String(last)})`);
}
