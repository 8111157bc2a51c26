import type { FastifyInstance } from 'fastify';
import { titleFrom } from '../../broadcast/title.ts';
import { AppError } from '../../errors.ts';
import { type RecordingLibrary, sizeOf } from '../../recording/library.ts';
import type { Recorder } from '../../recording/recorder.ts';
import type { RecordingInfo } from '../../recording/recording-info.ts';
import { recordingFields, type RecordingRow, type RecordingsDeskData } from '../../views/recordings-desk.tsx';
import { type DeskPageDeps, registerDeskPage } from '../desk-page.ts';
import type { FormFields } from '../form-body.ts';
import type { Place } from '../place.ts';

type Notice = NonNullable<RecordingsDeskData['notice']>;

export interface RecordingsDeskDeps extends DeskPageDeps {
  readonly library: Pick<RecordingLibrary, 'recordings' | 'clips' | 'change' | 'delete'>;
  readonly recorder: Pick<Recorder, 'status' | 'turn'>;
  renderDesk(data: RecordingsDeskData, place: Place): string;
}

/** `/broadcaster/recordings`: recording is switched on and off, what was recorded is published, named and deleted. */
export function registerRecordingsDeskRoutes(app: FastifyInstance, deps: RecordingsDeskDeps): void {
  registerDeskPage<Notice>(app, deps, {
    path: '/broadcaster/recordings',
    form: 'recordings',
    tokenField: recordingFields.token,
    maxFormBytes: 4096,
    take: (fields) => carryOut(deps, fields),
    statusOf: (notice) => (notice === 'gone' ? 404 : 500),
    render: (formToken, place, notice) =>
      deps.renderDesk({ ...known(deps), formToken, ...(notice === undefined ? {} : { notice }) }, place),
  });
}

async function carryOut(deps: RecordingsDeskDeps, fields: FormFields): Promise<Notice | undefined> {
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

function known({ recorder, library }: RecordingsDeskDeps): Omit<RecordingsDeskData, 'formToken'> {
  return {
    status: recorder.status,
    recordings: library.recordings.map(rowOf),
    clips: library.clips.map(rowOf),
  };
}

function rowOf(info: RecordingInfo): RecordingRow {
  const { id, title, createdAtMs, isPublished, renditions } = info;
  return {
    ...{ id, title, createdAtMs, isPublished },
    seconds: Math.max(...renditions.map(({ seconds }) => seconds)),
    bytes: sizeOf(info),
  };
}
