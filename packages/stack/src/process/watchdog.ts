import { type ChildProcess, spawn } from 'node:child_process';

/**
 * A shell in its own session that cleans up after this process. The pipe between both processes
 * closes when this process ends for any reason. The watchdog then ends every process and removes
 * every folder on its list. Each process has one watchdog, which is started with the first entry
 * and reads commands from its standard input.
 */
export const watchdog = {
  /** Adds a process to the list. It gets `signal` when this process ends, and SIGKILL 4 s later. */
  watch: (pid: number, signal: NodeJS.Signals): void => order(`watch ${signal.slice(3)} ${pid}`),

  /** Removes a process that has ended, because its pid may be reused. */
  forget: (pid: number): void => order(`forget ${pid}`),

  /**
   * Adds a folder at an absolute path to the list. It is unmounted and removed when this process
   * ends.
   */
  remove: (folder: string): void => order(`remove ${folder}`),

  /** Removes a folder from the list. */
  keep: (folder: string): void => order(`keep ${folder}`),

  /** The pid of the watchdog, which runs until its list is empty. */
  pid: (): number | undefined => start().pid,
};

function order(line: string): void {
  start().stdin?.write(`${line}\n`);
}

let shell: ChildProcess | undefined;

function start(): ChildProcess {
  if (!shell) {
    shell = spawn('/bin/sh', ['-c', script], { cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    shell.unref();
    const { stdin } = shell;
    // Node treats a pipe as a socket, which would keep the process alive.
    if (stdin && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
    stdin?.on('error', () => {});
    shell.on('error', () => {});
  }
  return shell;
}

const script = `
pids=' ' folders=
newline='
'
while read -r what rest; do
  case $what in
    watch) pids="$pids\${rest% *}:\${rest#* } " ;;
    forget) next=' '; for p in $pids; do [ "\${p#*:}" = "$rest" ] || next="$next$p "; done; pids=$next ;;
    remove) folders="$folders$rest$newline" ;;
    keep) folders=$(printf %s "$folders" | grep -Fxv -- "$rest")$newline ;;
  esac
done
for p in $pids; do kill -s "\${p%:*}" "\${p#*:}"; done
alive() { for p in $pids; do kill -0 "\${p#*:}" && return 0; done; return 1; }
i=0
while alive && [ $i -lt 40 ]; do i=$((i + 1)); sleep 0.1; done
for p in $pids; do kill -s KILL "\${p#*:}"; done
printf %s "$folders" | while read -r folder; do [ -n "$folder" ] && { umount -l -- "$folder"; rm -rf -- "$folder"; }; done
`;
