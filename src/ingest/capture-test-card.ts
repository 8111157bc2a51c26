import { existsSync } from 'node:fs';
import type { EncoderSource } from '../encoder/encoder-types.ts';

/** How the card is drawn. */
export interface TestCardOptions {
  /** A TrueType font for the words and the clock; only for an FFmpeg that has `drawtext`. Without one, the clock has digits of its own and no words. */
  readonly fontFile?: string;
  /** At most 30. Default 30. */
  readonly frameRate?: number;
}

const fontFiles = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf',
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  '/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf',
  '/usr/share/fonts/TTF/DejaVuSans-Bold.ttf',
  '/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf',
  '/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf',
  '/System/Library/Fonts/Supplemental/Arial Bold.ttf',
  'C:\\Windows\\Fonts\\arialbd.ttf',
];

/** A font that is installed on this machine, if one of the usual ones is. */
export function findFont(exists: (path: string) => boolean = existsSync): string | undefined {
  return fontFiles.find((path) => exists(path));
}

/**
 * A card to show that everything works before a publisher comes: rings, bars, a clock that counts from the start of the run (never the time of
 * day), a light that crosses the picture once a second, and a soft bell and a flash on each full second, by which lip sync can be judged.
 */
export function captureTestCard(options: TestCardOptions = {}): EncoderSource {
  const frameRate = Math.min(30, options.frameRate ?? 30);
  const graph = [pictureGraph(frameRate, options.fontFile), `${bell}[out1]`].join(';');
  return {
    picture: { width, height },
    input: {
      kind: 'capture',
      args: ['-re', '-f', 'lavfi', '-i', graph],
      audio: '0:a:0',
      reach: options.fontFile === undefined ? [] : [options.fontFile],
    },
  };
}

const width = 1280;
const height = 720;
const colours = { ground: '0x17131f', grid: '0x2a2336', ink: '0xf3eefc', accent: '0xb58cff' } as const;
const bars = ['0xe8e4ef', '0xd9c94f', '0x55c7c2', '0x5fbf6a', '0xc06bd1', '0xcf5a5a', '0x5568d6', '0x0c0a10'];
/** The middle of the rings, and the line along which the light runs. */
const centre = { x: width / 2, y: 330 } as const;
const trackY = 566;
/** The lamps that flash with the bell, one on each side. */
const lamp = { y: centre.y - 60, w: 120, h: 120 } as const;
const lampXs = [100, width - 100 - lamp.w];
const barsY = 590;

/** A struck bell: short and soft, on each full second. */
const bell = "aevalsrc='0.16*sin(1320*PI*t)*exp(-9*mod(t,1))+0.05*sin(2640*PI*t)*exp(-14*mod(t,1))':s=48000:n=960";

function pictureGraph(frameRate: number, fontFile: string | undefined): string {
  const ground = `color=c=${colours.ground}:s=${width}x${height}:r=${frameRate}:d=${1 / frameRate}`;
  const words = fontFile === undefined ? [] : wordFilters(fontFile);
  // What stands still is drawn once and repeated; only what moves costs anything per frame. `color` counts time in frames, hence `setpts=N`.
  const repeated = ['format=yuv420p', 'loop=loop=-1:size=1', 'setpts=N'];
  const still = [ground, ...stillFilters(), ...words, ...repeated].join(',');
  const light = `color=c=${colours.ink}:s=48x12:r=${frameRate}`;
  const flash = lampXs.map((x) => drawBox({ x, ...lamp, colour: colours.ink }, 'lt(mod(t,1),0.1)')).join(',');
  return [
    `${still}[still]`,
    `${light}[light]`,
    `[still]${flash}[flashing]`,
    `[flashing][light]overlay=x='mod(t,1)*${width}-24':y=${trackY - 6}[moving]`,
    ...clock(frameRate, fontFile),
  ].join(';');
}

function stillFilters(): string[] {
  const distance = `hypot(X-${centre.x},Y-${centre.y})`;
  const ring = `lt(${distance},212)*lt(mod(${distance},30),3)`;
  const channel = (name: string, value: number): string =>
    `${name}='if(${ring},${value}*${distance}/212,${name}(X,Y))'`;
  const barWidth = width / bars.length;
  return [
    `drawgrid=w=80:h=80:t=1:c=${colours.grid}`,
    'format=gbrp',
    `geq=${[channel('r', 181), channel('g', 140), channel('b', 255)].join(':')}`,
    ...bars.map((colour, index) => drawBox({ x: index * barWidth, y: barsY, w: barWidth, h: height - barsY, colour })),
    drawBox({ x: 0, y: trackY - 1, w: width, h: 2, colour: colours.accent }),
    ...lampXs.map((x) => drawBox({ x, ...lamp, colour: colours.grid })),
  ];
}

function wordFilters(fontFile: string): string[] {
  return [
    drawText(fontFile, { text: 'Onioncast test card', size: 46, y: '28', colour: colours.ink }),
    drawText(fontFile, { text: 'waiting for a publisher', size: 26, y: '84', colour: colours.accent }),
  ];
}

/** With a font the time as hours, minutes, seconds and thousandths; without, FFmpeg's own `testsrc`, which draws its seconds itself. */
function clock(frameRate: number, fontFile: string | undefined): string[] {
  if (fontFile === undefined) {
    const digits = `testsrc=s=320x240:r=${frameRate}:decimals=1`;
    return [`${digits}[digits]`, `[moving][digits]overlay=x=${centre.x - 160}:y=${centre.y - 120}[out0]`];
  }
  const text = { text: '%{pts:hms}', size: 72, y: `${centre.y}-text_h/2`, colour: colours.ink };
  return [`[moving]${drawText(fontFile, { ...text, box: colours.ground })}[out0]`];
}

function drawBox(box: { x: number; y: number; w: number; h: number; colour: string }, enable?: string): string {
  const when = enable === undefined ? '' : `:enable='${enable}'`;
  return `drawbox=x=${box.x}:y=${box.y}:w=${box.w}:h=${box.h}:c=${box.colour}:t=fill${when}`;
}

function drawText(
  fontFile: string,
  words: { text: string; size: number; y: string; colour: string; box?: string },
): string {
  const place = `fontsize=${words.size}:fontcolor=${words.colour}:x=(w-text_w)/2:y=${words.y}`;
  const box = words.box === undefined ? '' : `:box=1:boxborderw=18:boxcolor=${words.box}`;
  return `drawtext=fontfile=${escapeFilterValue(fontFile)}:text=${escapeFilterValue(words.text)}:${place}${box}`;
}

/** A value inside a filter graph, escaped for the option list and then for the graph (FFmpeg's "Quoting and escaping", filters 5.1). */
export function escapeFilterValue(value: string): string {
  return value.replace(/[\\':]/g, '\\$&').replace(/[\\'[\],;]/g, '\\$&');
}
