/** `m:ss`, from the first hour on `h:mm:ss`. */
export function formatUptime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const tail = `:${twoDigits(whole % 60)}`;
  return hours === 0 ? `${minutes}${tail}` : `${hours}:${twoDigits(minutes)}${tail}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
