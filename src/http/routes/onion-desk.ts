import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ScheduleControls, ScheduleRefusal } from '../../broadcast/schedule.ts';
import { AppError } from '../../errors.ts';
import type { OnionAddressState } from '../../serve-event.ts';
import type { AddressesDeskData } from '../../views/addresses-desk.tsx';
import { type ScheduleDeskData, scheduleFields } from '../../views/schedule-desk.tsx';
import { type DeskPageDeps, registerDeskPage } from '../desk-page.ts';
import type { FormFields } from '../form-body.ts';
import { pageHeaders, pictureHeaders } from '../headers.ts';
import type { Place } from '../place.ts';
import { qrPicture } from '../qr-picture.ts';
import { pageRoute } from './place.ts';

export interface OnionDeskDeps extends DeskPageDeps {
  readonly timers: ScheduleControls;
  /** The onion addresses of this run. */
  onions(): readonly OnionAddressState[];
  renderAddresses(data: AddressesDeskData, place: Place): string;
  renderSchedule(data: ScheduleDeskData, place: Place): string;
}

type Refusal = ScheduleRefusal | 'moment';

/** `/broadcaster/addresses` with a QR code of each, and `/broadcaster/schedule`: when the broadcast begins and ends. */
export function registerOnionDeskRoutes(app: FastifyInstance, deps: OnionDeskDeps): void {
  const path = '/broadcaster/addresses';
  const refuseOthers = (request: FastifyRequest): void => {
    if (!deps.isBroadcaster(request)) throw new AppError('LOGIN_NEEDED');
  };
  app.get(path, pageRoute, (request, reply) => {
    refuseOthers(request);
    const place = deps.places.welcome(request, reply);
    return reply.headers(pageHeaders).send(deps.renderAddresses({ addresses: deps.onions() }, place));
  });
  app.get<{ Params: { name: string } }>(`${path}/:name.png`, (request, reply) => {
    refuseOthers(request);
    const known = deps.onions().find(({ name }) => name === request.params.name);
    if (known?.address === undefined) throw new AppError('NOT_FOUND');
    return reply.headers(pictureHeaders).send(qrPicture(`http://${known.address}/`));
  });
  registerDeskPage<Refusal>(app, deps, {
    path: '/broadcaster/schedule',
    form: 'schedule',
    tokenField: scheduleFields.token,
    maxFormBytes: 4096,
    take: (fields) => carryOut(deps.timers, fields),
    statusOf: (refusal) => (refusal === 'moment' ? 422 : 409),
    render: (formToken, place, refusal) => {
      const said = refusal === undefined ? {} : { refusal };
      return deps.renderSchedule({ formToken, schedule: deps.timers.view, ...said }, place);
    },
  });
}

function carryOut(timers: ScheduleControls, fields: FormFields): Refusal | undefined {
  switch (fields.get(scheduleFields.action) ?? '') {
    case 'plan': {
      const [start = '', stop = ''] = [fields.get(scheduleFields.start), fields.get(scheduleFields.stop)];
      return timers.plan({ start: start.slice(0, 64), stop: stop.slice(0, 64) });
    }
    case 'begin':
      return timers.begin();
    case 'end':
      return timers.end();
    case 'confirm':
      return timers.confirm();
    default:
      throw new AppError('BAD_REQUEST', 'not a form of ours');
  }
}
