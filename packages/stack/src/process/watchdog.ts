import { type ChildProcess, spawn } from 'node:child_process';

/**
 * A shell in its own session that cleans up after this process. It holds one end of a pipe that
 * closes when this process ends for any reason. The watchdog then ends every process and removes
 * every folder on its list. A process has at most one watchdog. The watchdog starts with the first
 * entry of its list and reads commands from its standard input.
 */
export const watchdog = {
  /**
   * Adds a child process to the list. When this process ends, the watchdog sends `signal` to the
   * child, and SIGKILL 4 s later.
   */
  watch: (pid: number, signal: NodeJS.Signals): void => order(`watch ${signal.slice(3)} ${pid}`),

  /**
   * Removes a child process that has ended from the list, because the system might reuse its pid.
   */
  forget: (pid: number): void => order(`forget ${pid}`),

  /**
   * Adds a folder at an absolute path to the list. When this process ends, the watchdog unmounts
   * and removes the folder.
   */
  remove: (folder: string): void => order(`remove ${folder}`),

  /** Removes a folder from the list. */
  keep: (folder: string): void => order(`keep ${folder}`),

  /** Returns the pid of the watchdog. It ends after it has cleaned up. */
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
    // Calls `unref` on the pipe, because Node.js treats it as a socket, which would keep this
    // process alive.
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
