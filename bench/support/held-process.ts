const sliceMs = 50;

/** Lets a process run for this part of the time, by stopping it in turn, until what is returned is called. */
export function heldTo(pid: number, share: number): () => void {
  let resume: NodeJS.Timeout | undefined;
  const timer = setInterval(() => {
    process.kill(pid, 'SIGSTOP');
    resume = setTimeout(() => process.kill(pid, 'SIGCONT'), sliceMs * (1 - share));
  }, sliceMs);
  return () => {
    clearInterval(timer);
    clearTimeout(resume);
    process.kill(pid, 'SIGCONT');
  };
}
