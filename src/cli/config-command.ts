import { loadConfig } from '../config/load.ts';
import { renderSample } from '../config/sample.ts';

/** Prints the sample, or checks a file: says that it is valid or throws `CONFIG_INVALID`. The environment is left out: the file alone is in question. */
export function runConfig(check: string | undefined, process: NodeJS.Process): void {
  if (check === undefined) {
    process.stdout.write(renderSample());
    return;
  }
  loadConfig({ file: check, workingDirectory: process.cwd(), environment: {} });
  process.stdout.write(`${check} is valid.\n`);
}
