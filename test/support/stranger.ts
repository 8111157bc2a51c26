/** Somebody who reads and writes in the chat with a browser that keeps cookies. */
export interface Stranger {
  readonly cookie: string;
  /** Sends the form; says whether it was taken. */
  say(text: string, more?: Readonly<Record<string, string>>): Promise<boolean>;
}

/** A new session on the server at this address, without a slash at the end. */
export async function stranger(url: string): Promise<Stranger> {
  const first = await fetch(`${url}/chat/form`);
  const cookie = (first.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  const valueOf = (html: string, name: string): string =>
    new RegExp(`name="${name}" value="([^"]*)"`, 'u').exec(html)?.[1] ?? '';
  return {
    cookie,
    say: async (text, more = {}) => {
      const html = await (await fetch(`${url}/chat/form`, { headers: { Cookie: cookie } })).text();
      const fields = { token: valueOf(html, 'token'), nonce: valueOf(html, 'nonce'), message: text, ...more };
      const answer = await fetch(`${url}/chat/form`, {
        method: 'POST',
        redirect: 'manual',
        headers: { Cookie: cookie, Origin: url },
        body: new URLSearchParams(fields),
      });
      await answer.arrayBuffer();
      return answer.status === 303;
    },
  };
}
