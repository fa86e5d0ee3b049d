import { type ChildProcess, spawn } from 'node:child_process';

/**
 * A watchdog is a tiny shell of its own session that outlives this process by a moment: when this process ends, however it
 * ends, the pipe between them closes, and the watchdog ends every process and removes every folder still on its list.
 * There is one per process, started with the first entry; it gets its orders as lines on its standard input.
 */
export const watchdog = {
  /** From now on `pid` does not outlive this process: it gets `signal`, and SIGKILL if it still runs 4 s later. */
  watch: (pid: number, signal: NodeJS.Signals): void => order(`watch ${signal.slice(3)} ${pid}`),

  /** `pid` has ended; its number may belong to another process now. */
  forget: (pid: number): void => order(`forget ${pid}`),

  /** From now on the folder at this absolute path does not outlive this process; what is mounted there neither. */
  remove: (folder: string): void => order(`remove ${folder}`),

  /** The folder is gone or shall stay. */
  keep: (folder: string): void => order(`keep ${folder}`),

  /** The watchdog's own process id; it runs until everything on its list is gone. */
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
    // A pipe is a socket to Node, which would keep the process alive.
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
