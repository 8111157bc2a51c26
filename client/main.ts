import { ChatForm } from './chat-form.ts';
import { ChatLog } from './chat-log.ts';
import { Controls } from './controls.ts';
import { Events } from './events.ts';
import { Info } from './info.ts';
import { unfoldPage } from './markup.ts';
import { address, byId, readSettings, showText } from './page.ts';
import { PeoplePanel } from './people-panel.ts';
import { Player, type PlayerTrouble } from './player.ts';

unfoldPage();
const settings = readSettings();
const { texts } = settings;
const stage = byId('stage', HTMLElement);
const notice = byId('stage-notice', HTMLElement);

stage.prepend(makeVideo());

const sentences: Readonly<Record<PlayerTrouble, string | undefined>> = {
  fine: undefined,
  connecting: texts.connecting,
  reconnecting: texts.reconnecting,
  restarted: texts.restarted,
  'too-slow': texts.tooSlow,
  blocked: texts.clickToPlay,
  unsupported: texts.unsupported,
  'needs-click': texts.needClick,
};
let trouble: PlayerTrouble = 'fine';

const player = new Player(settings.snapshot, {
  findVideo,
  urlOf: (rendition, from) =>
    address(`/stream/${rendition}.mp4`, settings, from === undefined ? {} : { from: from.toFixed(2) }),
  wish: settings.choice,
  onTrouble: (next) => {
    trouble = next;
    showText(notice, sentences[next]);
  },
});
const log = new ChatLog(texts, (row) => form.answer(row));
const form: ChatForm = new ChatForm(texts, (mark) => log.setMark(mark));
const info = new Info(settings.snapshot, texts, () => trouble !== 'connecting' && trouble !== 'restarted');
const controls = new Controls({
  player,
  texts,
  findVideo,
  write: () => form.focus(),
  // The server has the browser remember it, for the page without script too; where cookies are off, that is how long it holds.
  rememberQuality: (q) => void fetch(address('/', settings, { q }), { method: 'HEAD' }).catch(() => undefined),
});

const people = new PeoplePanel(address('/people', settings));

new Events((lastId) => address('/events', settings, lastId === '' ? {} : { after: lastId }), {
  onRow: (html) => log.add(html),
  onRows: (html) => log.put(html),
  onRemoved: (ids) => log.remove(ids),
  onReset: () => log.clear(),
  onBanner: (html) => log.showBanner(html),
  onInfo: (snapshot) => {
    info.update(snapshot);
    player.update(snapshot);
  },
  onStanding: (isOut) => (isOut ? location.reload() : form.reload()),
  onPeople: (total) => people.update(total),
  onConnected: (isConnected) => showText(byId('chat-notice', HTMLElement), isConnected ? undefined : texts.chatLost),
});

stage.addEventListener('click', () => {
  if (trouble === 'needs-click') player.play();
  else if (trouble === 'blocked') player.retryBlocked();
});

// NoScript puts a placeholder where the picture was, and a picture back when it is clicked.
new MutationObserver(() => {
  const video = findVideo();
  if (trouble !== 'blocked' || video === undefined) return;
  controls.applySound(video);
  player.retryBlocked();
}).observe(stage, { childList: true });

function findVideo(): HTMLVideoElement | undefined {
  return stage.querySelector('video') ?? undefined;
}

function makeVideo(): HTMLVideoElement {
  const video = document.createElement('video');
  video.className = 'picture';
  video.playsInline = true;
  video.muted = true;
  video.setAttribute('aria-label', stage.getAttribute('aria-label') ?? '');
  return video;
}
