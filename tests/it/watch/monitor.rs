//! A monitor that is not there, does not read, or goes away: the program goes on as without it.
//!
//! Start at [`probed`].

use std::io::Read;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use inflight::watch::probe_folder::{ProbeFolder, UsualVariables};
use rustix::process::Signal;

use crate::run::program::Folder;
use crate::run::upstream;
use crate::watch::{example, masked_text as text, pythons};

/// Runs a script with the probe, which reports to this socket.
fn probed(python: &Path, folder: &ProbeFolder, script: &str) -> Output {
    let mut command = Command::new(python);
    command.args(["-c", script]).env_clear().envs(folder.variables(&UsualVariables::default())).stdin(Stdio::null());
    command.output().unwrap()
}

#[test]
fn without_a_monitor_nothing_is_touched() {
    let script = "import asyncio, http.client, sys
print(asyncio.events.Handle._run.__qualname__, hasattr(http.client.HTTPConnection.putrequest, '__wrapped__'))
print([finder for finder in sys.meta_path if 'inflight' in type(finder).__module__])
";
    for python in pythons() {
        let folder = ProbeFolder::create().unwrap();
        let ended = probed(&python, &folder, script);
        assert_eq!(text(&ended.stdout), "Handle._run False\n[]\n");
        assert_eq!((text(&ended.stderr), ended.status.code()), (String::new(), Some(0)));
    }
}

#[test]
fn a_monitor_that_never_reads_delays_the_program_by_a_moment_at_most() {
    let script = "import asyncio, signal
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
async def save(text): pass
async def main():
    for i in range(30_000):
        save('x')
        if i % 100 == 0:
            await asyncio.sleep(0)
asyncio.run(main())
print('done')
";
    for python in pythons() {
        let folder = ProbeFolder::create().unwrap();
        let _listener = UnixListener::bind(folder.socket()).unwrap();
        let ended = probed(&python, &folder, &format!("import warnings; warnings.simplefilter('ignore')\n{script}"));
        assert_eq!((text(&ended.stdout), ended.status.code()), ("done\n".to_owned(), Some(0)));
        assert_eq!(text(&ended.stderr), "");
    }
}

#[test]
fn a_monitor_that_is_gone_leaves_the_program_as_it_was() {
    let script = "import asyncio, signal
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
async def main():
    for i in range(50):
        await asyncio.sleep(0.01)
asyncio.run(main())
print('done')
";
    for python in pythons() {
        let folder = ProbeFolder::create().unwrap();
        let listener = UnixListener::bind(folder.socket()).unwrap();
        let monitor = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // The first line, and no more.
            stream.read_exact(&mut [0; 16]).unwrap();
        });
        let ended = probed(&python, &folder, script);
        monitor.join().unwrap();
        assert_eq!((text(&ended.stdout), text(&ended.stderr)), ("done\n".to_owned(), String::new()));
        assert_eq!(ended.status.code(), Some(0));
    }
}

#[test]
fn killing_inflight_does_not_kill_the_program() {
    let Some(python) = pythons().into_iter().next() else { return };
    let (folder, upstream) = (Folder::new(), upstream());
    let base = format!("http://{}", upstream.local_addr());
    let script = format!("exec \"$0\" {} > out 2> err", example("forgotten_await.py").display());
    let program = folder.inflight("watch --plain -- /bin/sh -c").arg(script).arg(python).var("BASE", &base);
    let running = program.start();
    crate::upstream::client::until(&upstream, |tally| tally.requests >= 1);
    running.signal(Signal::KILL);
    assert_eq!(running.wait().code, 137);
    crate::upstream::client::until(&upstream, |tally| tally.requests == 5 && tally.in_flight == 0);
    while text(&folder.bytes("out")) != "0 saved\n" {
        std::thread::yield_now();
    }
}
