import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { AccessRules } from '../admission/admission.ts';
import type { TripcodeMark } from '../chat/message.ts';
import type { Moderator } from '../chat/moderation/staff.ts';
import { AccessGate } from '../http/access-gate.ts';
import { askedWith } from '../http/asked.ts';
import { connectionOf } from '../http/connection.ts';
import type { Place, Places } from '../http/place.ts';
import { type AccessRouteDeps, doorRoutes, gateDataFor, registerAccessRoutes } from '../http/routes/access.ts';
import { registerCaptchaRoutes } from '../http/routes/captcha.ts';
import { registerDoorDeskRoutes } from '../http/routes/door-desk.ts';
import type { WebServer } from '../http/server.ts';
import { renderDoorDesk } from '../views/door-desk.tsx';
import { renderGatePage, renderAccessInvitationPage } from '../views/gate-page.tsx';
import type { Door } from './door.ts';

export interface GateOptions {
  readonly door: Door;
  readonly places: Places;
  readonly secret: Buffer;
  readonly styleHref: string;
  isStaff(request: FastifyRequest): boolean;
  isBroadcaster(request: FastifyRequest): boolean;
  tripcodeOf(password: string): Promise<TripcodeMark | undefined>;
  /** Who moderates may always come in, also with a browser that nobody knows yet. */
  moderators(): readonly Moderator[];
}

/** The door as the web server sees it. */
export interface Gate {
  /** Stands before all routes. */
  readonly guard: AccessGate;
  /** Registers the routes of the door, and ends what is open for those who may be in no longer. */
  connect(server: WebServer): void;
}

/** What everybody may ask for besides the door itself: the login and the appointment of moderators, what publishers and supervisors of this machine need, and the look of the gate. */
const openRoutes = [
  '/broadcaster',
  '/broadcaster/login',
  '/moderate/:secret',
  '/ingest',
  '/healthz',
  '/language',
  '/favicon.png',
];

export function buildGate(options: GateOptions): Gate {
  const { door, places, secret, styleHref, isStaff, isBroadcaster, tripcodeOf } = options;
  const { captcha, settings, password, admissions, invitations, guests } = door;
  const rules = (): AccessRules => {
    const { mode, tripcodes } = settings.access;
    const ofModerators = options.moderators().flatMap(({ by }) => (by.kind === 'tripcode' ? [by.code] : []));
    const { mark } = password;
    return { mode, tripcodes: [...tripcodes, ...ofModerators], ...(mark !== undefined && { password: mark }) };
  };
  const styled = ({ texts, base }: Place) => ({ texts, base, styleHref });
  const askedOf = askedWith(places);
  const now = (): number => Date.now();
  const deps: AccessRouteDeps = {
    ...{ places, captcha, rules, password, admissions, invitations, secret, randomBytes, tripcodeOf, askedOf },
    question: () => settings.question,
    now,
    renderGate: (data, place) => renderGatePage({ ...data, ...styled(place) }),
    renderInvitation: (data, place) => renderAccessInvitationPage({ ...data, ...styled(place) }),
  };
  const guard = new AccessGate({
    places,
    admissions,
    isStaff,
    rules,
    isGoodInvitation: (id) => invitations.isGood(id),
    openRoutes: new Set([...openRoutes, ...doorRoutes, styleHref]),
    renderGate: (request, reply) => {
      const place = places.welcome(request, reply);
      return deps.renderGate(gateDataFor(deps, place), place);
    },
  });
  return {
    guard,
    connect: ({ app, responses }) => {
      registerCaptchaRoutes(app, { captcha, askedOf });
      registerAccessRoutes(app, deps);
      registerDoorDeskRoutes(app, {
        ...{ places, settings, password, invitations, guests, isBroadcaster, secret, randomBytes, now },
        renderDoorDesk: (data, place) => renderDoorDesk({ ...data, ...styled(place) }),
      });
      const putOut = (): void => {
        const circuits = new Set<number>();
        for (const { request, response } of responses.opened()) {
          if (guard.isAdmitted(request)) continue;
          response.end('closed');
          const connection = connectionOf(request);
          if (connection.kind === 'onion') circuits.add(connection.circuitId);
        }
        guests.cutOff(circuits);
      };
      settings.onChange(putOut);
      password.onChange(putOut);
      invitations.onRevoke(putOut);
      admissions.onRevoke(putOut);
    },
  };
}
