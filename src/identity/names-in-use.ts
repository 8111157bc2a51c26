import type { TripcodeMark } from '../chat/message.ts';
import { skeletons } from './skeleton.ts';

/** Somebody with a name of their own. */
export interface NameHolder {
  readonly viewerId: string;
  readonly name: string;
  readonly tripcode?: TripcodeMark;
}

/** Who wants a name. */
export type NameSeeker = Omit<NameHolder, 'name'>;

/** Names are kept for so many people; those unseen for longest go first. */
const maxHolders = 4096;

interface Claim extends NameHolder {
  readonly looks: readonly [string, string];
  readonly seenAtMs: number;
}

/**
 * Which names people in the room have, so that nobody can pass for another. Who comes first keeps a name: nothing here ever takes one away,
 * and a name is free for others when its holder has not been seen for a while.
 */
export class NamesInUse {
  readonly #holdMs: number;
  /** In the order in which their holders were last seen. */
  readonly #claims = new Map<string, Claim>();

  /** `holdMs`: how long a name stays its holder's who is away. */
  constructor(holdMs: number) {
    this.#holdMs = holdMs;
  }

  /** Notes what somebody is called who was here at that time; later calls must not go back in time. */
  note(holder: NameHolder, seenAtMs: number): void {
    this.#claims.delete(holder.viewerId);
    this.#claims.set(holder.viewerId, { ...holder, looks: skeletons(holder.name), seenAtMs });
    const [oldest] = this.#claims.size > maxHolders ? this.#claims.keys() : [];
    if (oldest !== undefined) this.#claims.delete(oldest);
  }

  /** Gives a name free. */
  release(viewerId: string): void {
    this.#claims.delete(viewerId);
  }

  /**
   * True if somebody else has this name, or one that could be taken for it. Whoever has the holder's tripcode is the holder, as far as anybody can
   * tell; a weak one proves nothing.
   */
  isTaken(name: string, seeker: NameSeeker, nowMs: number): boolean {
    const looks = skeletons(name).filter((look) => look !== '');
    for (const claim of this.#claims.values()) {
      const isOther = claim.viewerId !== seeker.viewerId && !isSameStrong(claim.tripcode, seeker.tripcode);
      const isHeld = claim.seenAtMs + this.#holdMs > nowMs;
      if (isOther && isHeld && looks.some((look) => claim.looks.includes(look))) return true;
    }
    return false;
  }
}

function isSameStrong(a: TripcodeMark | undefined, b: TripcodeMark | undefined): boolean {
  return a !== undefined && b !== undefined && !a.isWeak && !b.isWeak && a.code === b.code;
}
