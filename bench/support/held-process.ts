import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

/** Where the kernel keeps groups of processes: version 1 beside other controllers, version 2 for all of them. */
const places = [
  { root: '/sys/fs/cgroup/cpu', file: 'cpu.cfs_quota_us', quota: (us: number) => `${us}` },
  { root: '/sys/fs/cgroup', file: 'cpu.max', quota: (us: number) => `${us} ${periodUs}` },
] as const;
/** The default of the kernel. */
const periodUs = 100_000;

/**
 * Lets a process have this part of a core and no more, until what is returned is called: a quota of the kernel, which counts what was used and not what could
 * have been. Throws where there are no control groups, or no right to make one.
 */
export function heldTo(pid: number, share: number): () => void {
  const place = places.find(({ root }) => existsSync(`${root}/cgroup.procs`));
  if (place === undefined) throw new Error('--share needs control groups of the kernel under /sys/fs/cgroup.');
  const group = `${place.root}/onioncast-bench-${pid}`;
  const before = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  const home = /^\d+:(?:cpu|cpu,cpuacct|):(.*)$/mu.exec(before)?.[1] ?? '/';
  mkdirSync(group, { recursive: true });
  writeFileSync(`${group}/${place.file}`, place.quota(Math.round(share * periodUs)));
  writeFileSync(`${group}/cgroup.procs`, String(pid));
  return () => {
    // One that has ended is in no group.
    if (existsSync(`/proc/${pid}`)) writeFileSync(`${place.root}${home}/cgroup.procs`, String(pid));
    rmdirSync(group);
  };
}
