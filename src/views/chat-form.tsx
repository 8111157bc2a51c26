import type { ComponentChildren, JSX } from 'preact';
import { type ChatFormData, chatFormFields } from '../chat/chat-view.ts';
import type { Emotes } from '../chat/emote.ts';
import type { Quote } from '../chat/message.ts';
import { AnotherPicture, CaptchaFields } from './captcha-fields.tsx';
import { Document, renderDocument } from './document.tsx';
import { EmoteButtons } from './emote-picker.tsx';
import { writingNotice } from './modes-text.ts';
import { labelIn } from './nameless.ts';
import type { Reader } from './reader.ts';
import type { Texts } from './texts/en.ts';
import { filled } from './texts/words.ts';
import { TripcodeFields } from './tripcode.tsx';

/** `/chat/form` as a frame of its own (or a page of its own, in a text browser). It answers to itself and never loses what was typed. */
export function renderChatForm(
  data: ChatFormData & Reader & { readonly styleHref: string; readonly emotes?: Emotes },
): string {
  const { texts, base, emotes } = data;
  return renderDocument(
    <Document texts={texts} title={texts.writeMessage} styleHref={data.styleHref} kind="frame form-frame">
      <main>
        {data.backHref !== undefined && (
          <p class="to-messages">
            <a class="chip" href={data.backHref}>
              {texts.backToMessages}
            </a>
          </p>
        )}
        <ChatForm data={data} texts={texts}>
          {data.picksEmote === true && emotes !== undefined && <EmoteButtons emotes={emotes} base={`${base}/`} />}
        </ChatForm>
        <p class="text-only">
          <a href={data.logHref} target="_top">
            {texts.chatLogTitle}
          </a>{' '}
          <a href={`${base}/`} target="_top">
            {texts.backToStream}
          </a>
        </p>
      </main>
    </Document>,
  );
}

interface FormProps {
  readonly data: ChatFormData;
  readonly texts: Texts;
  /** With all that the script may have to show; text browsers show what is hidden. */
  readonly isForScript?: boolean;
  readonly children?: ComponentChildren;
}

/** The form. The same markup for the frame and, filled in by the script, for the page. */
export function ChatForm({ data, texts, isForScript = false, children }: FormProps): JSX.Element {
  const { limits, refusal } = data;
  return (
    <form class="chat-form" method="post" action={data.action} autocomplete="off">
      <input type="hidden" name={chatFormFields.token} value={data.formToken} />
      <input type="hidden" name={chatFormFields.nonce} value={data.nonce} />
      {data.origin !== undefined && <input type="hidden" name={chatFormFields.origin} value={data.origin} />}
      <p class={refusal === undefined ? 'notice' : `notice notice-bad rule-${refusal.rule}`} id="notice" role="status">
        {refusal?.sentence ?? (data.settingsSaved === true ? texts.saved : writingNotice(data.modes, texts).now)}
      </p>
      <Standing data={data} texts={texts} isForScript={isForScript} />
      <textarea
        class="field message-field"
        name={chatFormFields.message}
        aria-label={texts.writeMessage}
        aria-describedby="notice"
        placeholder={texts.writeMessage}
        title={filled(texts.limits, { c: limits.maxCharacters, l: limits.maxLines })}
        rows={2}
        accesskey="m"
        enterkeyhint="send"
      >
        {asTextareaContent(data.draft)}
      </textarea>
      <div class="captcha-slot">
        {data.captcha !== undefined && <CaptchaFields captcha={data.captcha} texts={texts.captcha} />}
      </div>
      <button class="button send" type="submit" name={chatFormFields.action} value="post" accesskey="s">
        {texts.send}
      </button>
      {/* Behind the button that sends, which must be the form's first: Enter in a field presses that one. */}
      {(data.reply !== undefined || isForScript) && <Answering quote={data.reply} texts={texts} />}
      {(isForScript || data.captcha?.picture !== undefined) && (
        <AnotherPicture isHidden={data.captcha?.picture === undefined} texts={texts.captcha} />
      )}
      <div class="form-line">
        <ChatSettings data={data} texts={texts} />
        {data.hasEmotes === true && (
          <button class="plain-button" type="submit" name={chatFormFields.action} value="emotes" title={texts.emotes}>
            <span aria-hidden="true">{'\u263A\uFE0E'}</span>
            <span class="hidden-text">{texts.emotes}</span>
          </button>
        )}
        <span class="counter" aria-live="polite" />
      </div>
      {children}
    </form>
  );
}

/** What the message answers, and the button that gives it up; it stands after the one that sends, since Enter takes the first one. */
function Answering({ quote, texts }: { quote: Quote | undefined; texts: Texts }): JSX.Element {
  return (
    <p class="answering" hidden={quote === undefined}>
      <input type="hidden" name={chatFormFields.reply} value={quote?.messageId ?? ''} />
      <span>{texts.answering}</span>
      {/* In the direction of the page, whatever the name is written in: what is cut off is the end. */}
      <span class="answered">{quote === undefined ? '' : `${labelIn(texts, quote.name)}: ${quote.text}`}</span>
      <button
        class="plain-button give-up"
        type="submit"
        name={chatFormFields.action}
        value="no-reply"
        title={texts.cancelReply}
        aria-label={texts.cancelReply}
      >
        {'\u2715'}
      </button>
    </p>
  );
}

/** For those against whom something holds: a way to speak about it. For staff: under which mark they write. */
function Standing({ data, texts, isForScript = false }: FormProps): JSX.Element {
  const { appealHref, capcode, staffHref } = data;
  return (
    <>
      {(isForScript || appealHref !== undefined) && (
        <p class="form-standing" hidden={isForScript}>
          <a class="appeal-link" href={appealHref ?? ''} target="_blank">
            {texts.staff.standing.appealLink}
          </a>
        </p>
      )}
      {capcode !== undefined && (
        <p class="form-standing">
          {texts.staff.youWriteAs} <b class={`badge badge-${capcode}`}>{texts[capcode]}</b>{' '}
          {staffHref !== undefined && (
            <a href={staffHref} target="_top">
              {texts.staff.heading}
            </a>
          )}
        </p>
      )}
    </>
  );
}

/** The parser drops a line break right after the start tag (HTML 13.2.6.4.7), so one that was typed needs another before it. */
function asTextareaContent(text: string): string {
  return /^[\r\n]/u.test(text) ? `\n${text}` : text;
}

function ChatSettings({ data, texts }: FormProps): JSX.Element {
  const shownName = data.name === '' ? data.defaultName : data.name;
  return (
    <details class="settings" open={data.settingsOpen === true && data.refusal !== undefined}>
      <summary title={texts.settings}>
        <i class="icon icon-gear" aria-hidden="true" />
        <span class="hidden-text">{texts.settings}: </span>
        <bdi class={`settings-name name ${data.colour === undefined ? '' : `c${data.colour}`}`}>{shownName}</bdi>
        <span class="tag settings-tag" hidden={data.name !== ''}>
          #{data.tag}
        </span>
      </summary>
      <div class="settings-panel">
        <label class="setting">
          <span>{texts.name}</span>
          <input
            class="field"
            type="text"
            name={chatFormFields.name}
            value={data.name}
            placeholder={data.defaultName}
            maxLength={data.limits.maxNameCharacters * 4}
            spellcheck={false}
          />
        </label>
        <TripcodeFields
          own={data.tripcode}
          isRemoving={data.isRemovingTripcode === true}
          allowsClassic={data.allowsClassicTripcodes === true}
          texts={texts.tripcode}
        />
        <fieldset class="setting swatches">
          <legend>{texts.colour}</legend>
          <Swatch value="auto" label={texts.colourAuto} checked={data.colour === undefined} />
          {Array.from({ length: data.paletteSize }, (_, index) => (
            <Swatch
              key={index}
              value={String(index)}
              label={filled(texts.colourNumber, { n: index + 1 })}
              checked={data.colour === index}
            />
          ))}
        </fieldset>
        <button class="button quiet" type="submit" name={chatFormFields.action} value="settings">
          {texts.save}
        </button>
      </div>
    </details>
  );
}

function Swatch({ value, label, checked }: { value: string; label: string; checked: boolean }): JSX.Element {
  return (
    <input
      class={value === 'auto' ? 'swatch swatch-auto' : `swatch c${value}`}
      type="radio"
      name={chatFormFields.colour}
      value={value}
      aria-label={label}
      title={label}
      checked={checked}
    />
  );
}
