import type { TripcodeMark } from './message.ts';
import { isExempt, type Requester } from './requester.ts';

/** Who somebody is, as far as a list of members can know. */
export interface MemberCandidate {
  readonly requester: Requester;
  readonly tripcode?: TripcodeMark;
}

/** The list of members: by tripcode, which they bring along, or by viewer, which an invitation has noted. */
export interface Members {
  /** The shown codes of the secure kind. */
  readonly tripcodes: ReadonlySet<string>;
  readonly viewerIds: ReadonlySet<string>;
}

/** True for staff and for whoever is on the list. A weak tripcode opens nothing: anybody can compute one until it fits. */
export function isMember({ requester, tripcode }: MemberCandidate, members: Members): boolean {
  if (isExempt(requester) || members.viewerIds.has(requester.viewerId)) return true;
  return tripcode !== undefined && !tripcode.isWeak && members.tripcodes.has(tripcode.code);
}
