import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { titleFrom } from '../../broadcast/title.ts';
import { AppError } from '../../errors.ts';
import { type RecordingLibrary, sizeOf } from '../../recording/library.ts';
import type { Recorder } from '../../recording/recorder.ts';
import type { RecordingInfo } from '../../recording/recording-info.ts';
import { recordingFields, type RecordingRow, type RecordingsDeskData } from '../../views/recordings-desk.tsx';
import { acceptForms, type FormFields, formOf } from '../form-body.ts';
import { formTokenRandomBytes, isFormToken, mintFormToken } from '../form-token.ts';
import { pageHeaders, redirectHeaders } from '../headers.ts';
import type { Place, Places } from '../place.ts';
import { pageRoute } from './place.ts';

export interface RecordingsDeskDeps {
  readonly places: Pick<Places, 'welcome'>;
  readonly library: Pick<RecordingLibrary, 'recordings' | 'clips' | 'change' | 'delete'>;
  readonly recorder: Pick<Recorder, 'status' | 'turn'>;
  isBroadcaster(request: FastifyRequest): boolean;
  /** Signs the forms. */
  readonly secret: Uint8Array;
  /** Unix milliseconds. */
  now(): number;
  randomBytes(size: number): Buffer;
  renderDesk(data: RecordingsDeskData, place: Place): string;
}

const path = '/broadcaster/recordings';
const maxFormBytes = 4096;

/** `/broadcaster/recordings`: recording is switched on and off, what was recorded is published, named and deleted. */
export function registerRecordingsDeskRoutes(app: FastifyInstance, deps: RecordingsDeskDeps): void {
  app.get(path, pageRoute, (request, reply) => {
    if (!deps.isBroadcaster(request)) throw new AppError('FORBIDDEN');
    return send(deps, reply, deps.places.welcome(request, reply));
  });
  app.register(async (scope) => {
    acceptForms(scope, maxFormBytes);
    scope.post(path, (request, reply) => takeForm(deps, request, reply));
  });
}

async function takeForm(deps: RecordingsDeskDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const place = deps.places.welcome(request, reply);
  const fields = formOf(request.body);
  const token = fields.get(recordingFields.token) ?? '';
  const isOwn = isFormToken(token, 'recordings', place.viewer.id, deps.secret, deps.now());
  if (!deps.isBroadcaster(request) || !isOwn) throw new AppError('FORBIDDEN');
  const outcome = await carryOut(deps, fields);
  if (outcome !== undefined) return send(deps, reply.status(outcome === 'gone' ? 404 : 500), place, outcome);
  return reply.status(303).headers(redirectHeaders).header('Location', `${place.base}${path}`).send();
}

async function carryOut(deps: RecordingsDeskDeps, fields: FormFields): Promise<RecordingsDeskData['notice']> {
  const id = fields.get(recordingFields.id) ?? '';
  const { library, recorder } = deps;
  const change = async (what: Parameters<typeof library.change>[1]) => {
    try {
      return (await library.change(id, what)) ? undefined : 'gone';
    } catch {
      // The disk refuses: the broadcaster is told, and it is as before.
      return 'not-saved';
    }
  };
  switch (fields.get(recordingFields.action) ?? '') {
    case 'start':
      await recorder.turn(true);
      return undefined;
    case 'stop':
      await recorder.turn(false);
      return undefined;
    case 'publish':
      return await change({ isPublished: true });
    case 'unpublish':
      return await change({ isPublished: false });
    case 'rename':
      return await change({ title: titleFrom(fields.get(recordingFields.title) ?? '') });
    case 'delete':
      return (await library.delete(id)) ? undefined : 'gone';
    default:
      throw new AppError('BAD_REQUEST', 'not a form of ours');
  }
}

function send(
  deps: RecordingsDeskDeps,
  reply: FastifyReply,
  place: Place,
  notice?: RecordingsDeskData['notice'],
): FastifyReply {
  const random = deps.randomBytes(formTokenRandomBytes);
  const data: RecordingsDeskData = {
    formToken: mintFormToken('recordings', place.viewer.id, deps.secret, deps.now(), random),
    status: deps.recorder.status,
    recordings: deps.library.recordings.map(rowOf),
    clips: deps.library.clips.map(rowOf),
    ...(notice === undefined ? {} : { notice }),
  };
  return reply.headers(pageHeaders).send(deps.renderDesk(data, place));
}

function rowOf(info: RecordingInfo): RecordingRow {
  const { id, title, createdAtMs, isPublished, renditions } = info;
  return {
    ...{ id, title, createdAtMs, isPublished },
    seconds: Math.max(...renditions.map(({ seconds }) => seconds)),
    bytes: sizeOf(info),
  };
}
