import { z } from 'zod';
import { operation } from './operation.ts';

const nothing = z.strictObject({});

const recordingShape = z
  .strictObject({
    isOn: z.boolean().describe('What is broadcast is recorded, from the next keyframe on.'),
    isRecording: z.boolean().describe('Something is being written.'),
    seconds: z.number().describe('Of the recording that is being written.'),
    bytes: z.int().describe('Its size.'),
    stopped: z
      .exactOptional(z.enum(['full', 'limit', 'slow', 'failed']))
      .describe(
        'Why nothing is recorded although it should be. `full`: the disk. `limit`: what recordings may take. `slow`: the disk does not keep up. It begins again by itself.',
      ),
  })
  .readonly()
  .meta({ id: 'Recording' });

/** What can be asked about recording. */
export const recordingOperationList = {
  recording: operation('GET /recording', 'Whether the broadcast is being recorded.', nothing, recordingShape),
  startRecording: operation(
    'POST /recording/start',
    'Records from the next keyframe on, until it is stopped or the server is.',
    nothing,
    recordingShape,
  ),
  stopRecording: operation(
    'POST /recording/stop',
    'Ends the recording with what it has; the answer comes when that is on disk.',
    nothing,
    recordingShape,
  ),
} as const;
