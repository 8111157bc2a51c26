/** Levels of VP9 with the most samples of a picture and of a second that each allows (VP9 bitstream specification, annex A). */
const levels = [
  [10, 36_864, 829_440],
  [11, 73_728, 2_764_800],
  [20, 122_880, 4_608_000],
  [21, 245_760, 9_216_000],
  [30, 552_960, 20_736_000],
  [31, 983_040, 36_864_000],
  [40, 2_228_224, 83_558_400],
  [41, 2_228_224, 160_432_128],
] as const;

/** RFC 6381 name of VP9 as we make it (profile 0, 8 bits) for a picture of this size: known before the first is encoded. */
export function vp9CodecName({ width, height }: { width: number; height: number }, frameRate: number): string {
  const samples = width * height;
  const level = levels.find(([, most, mostOfSecond]) => samples <= most && samples * frameRate <= mostOfSecond);
  return `vp09.00.${level?.[0] ?? 50}.08`;
}
