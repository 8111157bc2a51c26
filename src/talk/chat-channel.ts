import type { Readers, Removal, RowSetting } from '../chat/readers.ts';
import type { Message } from '../chat/message.ts';
import type { RoomEvent } from '../chat/room-event.ts';
import { frameChunk } from '../live/chunked.ts';
import { FanOut } from '../live/fan-out.ts';
import { renderPulse } from '../views/pulse.ts';
import { fadeRows, hideRows, showRows, unfadeRows } from '../views/row-styles.ts';
import { serverSentEvent } from '../live/server-sent-event.ts';

/** How what is live becomes HTML, each without a line break. */
export interface ChatRenderers {
  /** The endless document up to the first row, without the banner. */
  renderOpen(readers: Readers): string;
  /** A row; a date stands before it when the row before it, if there is one, is of another day. */
  renderRow(message: Message, previousAtMs: number | undefined, setting: RowSetting): string;
  /** What stands above the talk; empty when there is nothing. */
  renderBanner(readers: Readers): string;
}

export interface ChatChannelOptions extends ChatRenderers {
  readonly readers: Readers;
  /** All messages in memory, oldest first, removed ones too. */
  messages(): readonly Message[];
  /** Set while a message is removed. */
  removalOf(messageId: number): Removal | undefined;
  /** Rows that those who come in see. */
  readonly history: number;
  /** Tells this channel's ids from those of any other, before and after a restart; of letters and digits. */
  readonly epoch: string;
  /** Between two signs of life in the frames; 15 s unless told. */
  readonly pulseMs?: number;
}

/** Where a script that comes back goes on. */
export interface Resumption {
  readonly afterId: number;
  /** Sent first when it is unknown what the script has: it forgets all rows and gets all that are kept. */
  readonly reset?: Buffer;
}

interface ShownRow {
  readonly message: Message;
  readonly pieceId: number;
  readonly removal: Removal | undefined;
  /** Empty while these readers may not see it. */
  readonly html: string;
}

/** A kept piece that is no row. */
interface Control {
  readonly pieceId: number;
  /** The rows it puts in their places; absent for one that takes rows away. */
  readonly rowIds?: ReadonlySet<number>;
}

/** Memory of one fan-out: a row is a few kilobytes at most. */
const maxFanOutBytes = 8 * 1024 * 1024;
/** Removals and restorations kept for scripts that come back; with more than that to catch up on, they begin anew. */
const maxControls = 256;
/** Three fit into the time after which the style sheet (`.lost`) takes the connection for lost. */
const defaultPulseMs = 15_000;
const nothing = Buffer.alloc(0);

/**
 * The log as one kind of reader sees it, rendered once: as an endless document (`frames`) and as events for script (`events`), in lockstep, so that a
 * piece has the same id in both. Newcomers get the rows as they are now; those who are there are told what changes.
 */
export class ChatChannel {
  /** Rows behind the open document. Changes of older rows are style rules, since a document without script can only grow. */
  readonly frames: FanOut;
  /** `row`: a new one. `rows`: put in their places, over those with the same id. `removed`: ids. `banner`: what stands above. */
  readonly events: FanOut;
  readonly #options: ChatChannelOptions;
  #rows: ShownRow[] = [];
  /** When the last row was sent that newcomers do not get any more. */
  #forgottenAtMs: number | undefined;
  #controls: Control[] = [];
  /** Whoever has not seen this piece has missed some that are gone. */
  #forgottenId = 0;
  #banner = '';
  #bannerNumber = 0;
  #pulseNumber = 0;
  readonly #pulse: NodeJS.Timeout;

  constructor(options: ChatChannelOptions) {
    this.#options = options;
    const limits = { maxPieces: 2 * options.history + maxControls + 1, maxBytes: maxFanOutBytes };
    this.frames = new FanOut(limits);
    this.events = new FanOut(limits);
    this.#banner = options.renderBanner(options.readers);
    this.#putBannerAhead();
    for (const message of options.messages()) this.#show(message);
    this.#pulse = setInterval(() => this.#beat(), options.pulseMs ?? defaultPulseMs).unref();
  }

  /** Tells everybody what has happened. */
  take(event: RoomEvent): void {
    if (event.kind === 'message') this.#show(event.message);
    else if (event.kind === 'removed') this.#remove(event.ids);
    else if (event.kind === 'restored') this.#restore(event.messages);
    else if (event.kind === 'banner' || this.#isForStaff) this.#showBanner();
  }

  /** Where to go on after the last event that a script has seen; `lastEventId` as it sent it, absent for a newcomer. */
  resume(lastEventId: string | undefined): Resumption {
    const forgottenId = Math.max(this.#forgottenId, this.events.droppedId);
    if (lastEventId === undefined) return { afterId: forgottenId };
    const [epoch, digits = ''] = lastEventId.split('-', 2);
    const id = /^\d{1,15}$/u.test(digits) ? Number(digits) : -1;
    const isKnown = epoch === this.#options.epoch && id >= forgottenId && id <= this.events.lastId;
    if (isKnown) return { afterId: id };
    // Its id, too, is one to go on from: the connection may break before the first row.
    return { afterId: forgottenId, reset: this.#event('reset', '', forgottenId) };
  }

  /** Safe to call twice. */
  close(): void {
    clearInterval(this.#pulse);
    this.frames.close();
    this.events.close();
  }

  /** Only documents need it, scripts notice silence by themselves; and since it is no piece, the ids of both stay the same. */
  #beat(): void {
    this.#pulseNumber += 1;
    this.frames.tell(frameChunk(Buffer.from(`${renderPulse(this.#pulseNumber)}\n`)));
  }

  get #isForStaff(): boolean {
    return this.#options.readers.circle === 'staff';
  }

  #show(message: Message): void {
    const previousAtMs = this.#rows.findLast(({ html }) => html !== '')?.message.atMs ?? this.#forgottenAtMs;
    const removal = this.#options.removalOf(message.id);
    const html = this.#render(message, previousAtMs, removal);
    const row: ShownRow = { message, pieceId: this.events.lastId + 1, removal, html };
    this.#rows.push(row);
    this.#publish(frameOf(row), this.#eventOf(row));
    this.#forgetOldest();
  }

  /** Rows vanish, and whoever comes later never gets them. Staff see them fade. */
  #remove(ids: readonly number[]): void {
    const changed = this.#amend(new Set(ids), (id) => this.#options.removalOf(id) ?? {});
    if (this.#isForStaff) this.#publishRows(fadeRows(ids), changed);
    else this.#publishRemoval(ids);
  }

  /**
   * Rows are back in their places. A document without script shows again what it has hidden; rows that it never got appear when it is loaded anew.
   * Rows older than those that newcomers get are found in the log page.
   */
  #restore(messages: readonly Message[]): void {
    const ids = messages.map(({ id }) => id);
    const changed = this.#amend(new Set(ids), () => undefined);
    this.#publishRows(this.#isForStaff ? unfadeRows(ids) : showRows(ids), changed);
  }

  /**
   * Changes rows, and what late joiners get in their place: those with these ids and those that quote them. A row behind one that went or came is made
   * anew too, since the date may belong before it now. Returns the ids of the changed rows.
   */
  #amend(ids: ReadonlySet<number>, removalOf: (id: number) => Removal | undefined): ReadonlySet<number> {
    const changed = new Set<number>();
    let previousAtMs = this.#forgottenAtMs;
    let isBehindChange = false;
    this.#rows = this.#rows.map((before) => {
      const { id, quote, atMs } = before.message;
      const isMeant = ids.has(id);
      const quotes = quote !== undefined && ids.has(quote.messageId);
      const isUntouched = !isMeant && !quotes && !(isBehindChange && before.html !== '');
      const row = isUntouched ? before : this.#renewed(before, previousAtMs, isMeant ? removalOf(id) : before.removal);
      if (isMeant || quotes) changed.add(id);
      if (row.html !== '') previousAtMs = atMs;
      if (isMeant || row.html !== '') isBehindChange = isMeant;
      return row;
    });
    this.#renewControls(changed);
    return changed;
  }

  #renewed(before: ShownRow, previousAtMs: number | undefined, removal: Removal | undefined): ShownRow {
    const row = { ...before, removal, html: this.#render(before.message, previousAtMs, removal) };
    this.#replace(row.pieceId, frameOf(row), this.#eventOf(row));
    return row;
  }

  /** What was put back once and is gone again must not come out of the past. */
  #renewControls(changed: ReadonlySet<number>): void {
    for (const { pieceId, rowIds } of this.#controls) {
      if (rowIds === undefined || ![...changed].some((id) => rowIds.has(id))) continue;
      this.events.amend(pieceId, this.#rowsEvent(pieceId, rowIds));
    }
  }

  #showBanner(): void {
    const html = this.#options.renderBanner(this.#options.readers);
    if (html === this.#banner) return;
    this.#banner = html;
    this.#bannerNumber += 1;
    this.#putBannerAhead();
    // Only for those who are there: the others get it from the head.
    const predecessor = `<style>#banner-${this.#bannerNumber - 1}{display:none}</style>`;
    const frame = frameChunk(Buffer.from(`${predecessor}${this.#bannerElement()}\n`));
    const id = this.#publish(frame, frameChunk(serverSentEvent('banner', html)));
    this.#replace(id, nothing, nothing);
  }

  #putBannerAhead(): void {
    const open = this.#options.renderOpen(this.#options.readers);
    this.frames.replaceHead(frameChunk(Buffer.from(`${open}${this.#bannerElement()}\n`)));
    this.events.replaceHead(frameChunk(serverSentEvent('banner', this.#banner)));
  }

  #bannerElement(): string {
    return this.#banner === '' ? '' : `<div class="banner" id="banner-${this.#bannerNumber}">${this.#banner}</div>`;
  }

  #publishRows(style: string, rowIds: ReadonlySet<number>): void {
    const pieceId = this.events.lastId + 1;
    this.#keepControl(style, { pieceId, rowIds }, this.#rowsEvent(pieceId, rowIds));
  }

  #publishRemoval(ids: readonly number[]): void {
    const pieceId = this.events.lastId + 1;
    this.#keepControl(hideRows(ids), { pieceId }, this.#event('removed', JSON.stringify(ids), pieceId));
  }

  /** A document that is loaded anew has no use for the style rule: its rows are right. A script that comes back must learn what it missed. */
  #keepControl(style: string, control: Control, event: Buffer): void {
    this.#publish(frameChunk(Buffer.from(`${style}\n`)), event);
    this.#replace(control.pieceId, nothing, event);
    this.#controls.push(control);
    const [oldest] = this.#controls;
    if (oldest === undefined || this.#controls.length <= maxControls) return;
    this.#controls.shift();
    this.#forget(oldest);
  }

  /** Removed rows take no place of others, up to as many again. */
  #forgetOldest(): void {
    const { history } = this.#options;
    let visible = this.#rows.filter(({ html }) => html !== '').length;
    while (visible > history || this.#rows.length > 2 * history) {
      const oldest = this.#rows.shift();
      if (oldest === undefined) return;
      if (oldest.html !== '') {
        visible -= 1;
        this.#forgottenAtMs = oldest.message.atMs;
      }
      this.#forget(oldest);
    }
  }

  #forget({ pieceId }: { readonly pieceId: number }): void {
    this.#replace(pieceId, nothing, nothing);
    this.#forgottenId = Math.max(this.#forgottenId, pieceId);
  }

  #render(message: Message, previousAtMs: number | undefined, removal: Removal | undefined): string {
    const { readers, renderRow } = this.#options;
    if (this.#isForStaff) return renderRow(message, previousAtMs, { ...readers, ...(removal && { removal }) });
    return removal === undefined ? renderRow(this.#withoutRemoved(message), previousAtMs, readers) : '';
  }

  /** A quote must not keep what has been removed. */
  #withoutRemoved(message: Message): Message {
    const { quote } = message;
    if (quote === undefined || this.#options.removalOf(quote.messageId) === undefined) return message;
    return { ...message, quote: { ...quote, text: '', isRemoved: true } };
  }

  #eventOf({ pieceId, html }: ShownRow): Buffer {
    return html === '' ? nothing : this.#event('row', html, pieceId);
  }

  /** The rows as they are now; nothing if these readers may see none of them. */
  #rowsEvent(pieceId: number, ids: ReadonlySet<number>): Buffer {
    const html = this.#rows.filter(({ message }) => ids.has(message.id)).map((row) => row.html);
    return html.join('') === '' ? nothing : this.#event('rows', html.join(''), pieceId);
  }

  #event(type: string, data: string, pieceId: number): Buffer {
    return frameChunk(serverSentEvent(type, data, this.#eventId(pieceId)));
  }

  #eventId(pieceId: number): string {
    return `${this.#options.epoch}-${pieceId}`;
  }

  #publish(frame: Buffer, event: Buffer): number {
    this.frames.publish(frame);
    return this.events.publish(event);
  }

  #replace(pieceId: number, frame: Buffer, event: Buffer): void {
    this.frames.amend(pieceId, frame);
    this.events.amend(pieceId, event);
  }
}

function frameOf({ html }: ShownRow): Buffer {
  return html === '' ? nothing : frameChunk(Buffer.from(`${html}\n`));
}
