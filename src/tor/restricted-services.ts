import { AuthorizedClients } from './authorized-clients.ts';
import type { TorControl } from './control.ts';
import { renewIntroductions, visitorCircuits } from './introductions.ts';
import type { TorrcSettings } from './torrc.ts';

/** The tor that the services are on, as it is at this moment. */
export interface TorAtHand {
  /** Absent while tor is not running, or not yet listening to us. */
  control(): TorControl | undefined;
  addressOf(service: string): string | undefined;
  /** Where tor keeps a service. */
  directoryOf(service: string): string;
  /** Absent before the first start. */
  torrc(): TorrcSettings | undefined;
  writeTorrc(torrc: TorrcSettings): Promise<void>;
}

/** tor launches so many circuits to introduction points in five minutes, and a renewal takes them all. */
const renewalPauseMs = 330_000;

/** Lets people into services that are not for everybody, and shuts them out again, while tor runs. */
export class RestrictedServices {
  readonly #tor: TorAtHand;
  /** tor was launched before the last change to its files, and has not been told yet. */
  #isStale = false;
  /** When the introduction points of a service were last renewed, in monotonic milliseconds. */
  readonly #renewedAt = new Map<string, number>();

  constructor(tor: TorAtHand) {
    this.#tor = tor;
  }

  /** Who alone finds this service, if it is private. Changes take effect with `admit` and `shutOut`. */
  clientsOf(service: string): AuthorizedClients {
    return new AuthorizedClients(this.#tor.directoryOf(service));
  }

  /** `<56 characters>.onion`; absent before tor has told it. */
  addressOf(service: string): string | undefined {
    return this.#tor.addressOf(service);
  }

  /** Somebody has been given a key: from the next descriptor on, within seconds, it opens the service. Nobody is cut off. */
  async admit(): Promise<void> {
    const control = this.#tor.control();
    if (control === undefined) this.#isStale = true;
    else await reload(control);
  }

  /**
   * A key has been taken away. tor stops writing it into descriptors, but whoever had it has kept one, and comes by its introduction points for hours: so the
   * service gets others, which takes up to a minute. `everybody`: all visitors are cut off, as nobody knows who came by that key; those who may come back at once.
   */
  async shutOut(service: string, everybody: boolean): Promise<void> {
    const control = this.#tor.control();
    const address = this.#tor.addressOf(service);
    await this.admit();
    // Without a tor there are no circuits, and one that is launched takes new points.
    if (control === undefined || address === undefined) return;
    const renewedAt = this.#renewedAt.get(service) ?? Number.NEGATIVE_INFINITY;
    const now = performance.now();
    try {
      if (!everybody && now - renewedAt >= renewalPauseMs) {
        this.#renewedAt.set(service, now);
        if (await renewIntroductions(control, address)) return;
      }
      await this.#republish(service, address, control);
    } catch (error) {
      // A tor that has ended in between begins with other points.
      if (this.#tor.control() === control) throw error;
    }
  }

  /** tor is being started, with the files as they are now. */
  launched(): void {
    this.#isStale = false;
    this.#renewedAt.clear();
  }

  /** tor listens to us from now on. */
  async attached(): Promise<void> {
    if (this.#isStale) await this.admit();
    this.#isStale = false;
  }

  /** Takes the service from tor and gives it back: tor closes all its circuits and begins anew, with other introduction points. */
  async #republish(service: string, address: string, control: TorControl): Promise<void> {
    const torrc = this.#tor.torrc();
    if (torrc === undefined) return;
    const directory = this.#tor.directoryOf(service);
    const services = torrc.services.filter(({ serviceDirectory }) => serviceDirectory !== directory);
    // Lines of the operator that belong to the service would belong to another one.
    const extraTorrc = torrc.extraTorrc.filter((line) => !/^\s*[+/]?hidden/i.test(line));
    try {
      await this.#tor.writeTorrc({ ...torrc, services, extraTorrc });
      await reload(control);
    } finally {
      await this.#tor.writeTorrc(torrc);
      await reload(control);
    }
    for (const id of await visitorCircuits(control, address)) {
      // Gone with the service, most likely.
      await control.command(`CLOSECIRCUIT ${id}`).catch(() => undefined);
    }
  }
}

/** Resolves when tor has read its files again: it says yes before it does so, and answers what comes after it only then. */
async function reload(control: TorControl): Promise<void> {
  await control.signal('RELOAD');
  await control.getInfo('version');
}
