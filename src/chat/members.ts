import type { TripcodeMark } from './message.ts';
import { isExempt, type Requester } from './requester.ts';

/** Who somebody is, as far as a list of members can know. */
export interface MemberCandidate {
  readonly requester: Requester;
  readonly tripcode?: TripcodeMark;
}

/** The list of members, as it stands at the moment: by tripcode, which they bring along, or by viewer, whom the door has let in by name. */
export interface MemberList {
  hasTripcode(code: string): boolean;
  hasViewer(viewerId: string): boolean;
}

/** True for staff and for whoever is on the list. A weak tripcode opens nothing: anybody can compute one until it fits. */
export function isMember({ requester, tripcode }: MemberCandidate, members: MemberList): boolean {
  if (isExempt(requester) || members.hasViewer(requester.viewerId)) return true;
  return tripcode !== undefined && !tripcode.isWeak && members.hasTripcode(tripcode.code);
}
