//! The probe does no harm: output, exit code and behaviour of a program are those without it.
//!
//! Start at [`assert_unchanged`].

use std::process::{Command, Stdio};

use inflight::watch::probe_folder::PATH_VARIABLE;

use crate::run::program::Folder;
use crate::run::upstream;
use crate::watch::{masked_text as text, pythons};

/// Runs a script with and without the probe, and compares standard output, standard error and the exit code.
#[track_caller]
fn assert_unchanged(flags: &[&str], script: &str) {
    for python in pythons() {
        let (folder, upstream) = (Folder::new().with("script.py", script), upstream());
        let base = format!("http://{}", upstream.local_addr());
        let words: Vec<&str> = flags.iter().copied().chain(["script.py"]).collect();
        let plain = Command::new(&python)
            .args(&words)
            .current_dir(folder.path(""))
            .env_clear()
            .env("BASE", &base)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let shell = format!("exec \"$0\" {} > out 2> err", words.join(" "));
        let watched = folder.inflight("watch --plain --events run.jsonl -- /bin/sh -c").arg(shell).arg(&python);
        let watched = watched.var("BASE", &base).start().wait();
        let joined = String::from_utf8(folder.bytes("run.jsonl")).unwrap();
        assert!(joined.contains("probe-joined"), "the probe was there: {joined}");
        assert_eq!(text(&folder.bytes("err")), text(&plain.stderr), "{}", python.display());
        assert_eq!(text(&folder.bytes("out")), text(&plain.stdout), "{}", python.display());
        assert_eq!(Some(watched.code), plain.status.code(), "{}", python.display());
    }
}

#[test]
fn starting_the_interpreter_in_its_development_mode_is_safe() {
    let script = "import asyncio, subprocess, sys
code = 'import asyncio; asyncio.run(asyncio.sleep(0))'
codes = [subprocess.call([sys.executable, '-X', 'dev', '-c', code]) for _ in range(12)]
print(set(codes))
";
    assert_unchanged(&["-X", "dev"], script);
}

#[test]
fn a_fork_warns_of_no_second_thread_and_the_child_reports_by_itself() {
    let script = "import asyncio, os, sys
async def main():
    await asyncio.sleep(0.05)
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os._exit(len(os.listdir('/proc/self/task')) - 1 if os.path.exists('/proc') else 0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if hasattr(os, 'waitstatus_to_exitcode') else 0)
    await asyncio.sleep(0.05)
asyncio.run(main())
";
    assert_unchanged(&["-W", "error"], script);
}

#[test]
fn every_process_of_the_tree_joins_with_its_parent() {
    let script = "import os, subprocess, sys
if len(sys.argv) == 1:
    subprocess.run([sys.executable, __file__, 'child'], check=True)
    if os.fork() == 0:
        os._exit(0)
    os.wait()
";
    for python in pythons() {
        let folder = Folder::new().with("script.py", script);
        folder.inflight("watch --plain --events run.jsonl --").arg(python).arg("script.py").start().wait().exits(0);
        let recording = String::from_utf8(folder.bytes("run.jsonl")).unwrap();
        let joined: Vec<serde_json::Value> = recording
            .lines()
            .filter(|line| line.contains("probe-joined"))
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(joined.len(), 3, "{recording}");
        assert!(joined[1..].iter().all(|child| child["parent"] == joined[0]["process"]), "{joined:#?}");
    }
}

#[test]
fn threads_warnings_and_loggers_of_the_program_are_its_own() {
    let script = "import asyncio, logging, os, sys, threading, urllib.request
async def main():
    await asyncio.sleep(0.05)
    print(threading.active_count(), logging.getLogger('asyncio').handlers, [f for f in os.listdir('.')] == ['script.py'])
    print([name for name in sys.path if 'inflight' in name], 'sitecustomize' in sys.modules)
urllib.request.urlopen(os.environ['BASE'] + '/status/200').read()
asyncio.run(main())
";
    let script = script.replace(", [f for f in os.listdir('.')] == ['script.py']", "");
    assert_unchanged(&["-X", "dev", "-W", "always"], &script.replace(", 'sitecustomize' in sys.modules", ""));
}

#[test]
fn a_program_that_closes_every_descriptor_keeps_its_files() {
    let script = "import asyncio, os
async def main():
    await asyncio.sleep(0.05)
    os.closerange(3, 200)
asyncio.run(main())
files = [os.open('file', os.O_CREAT | os.O_RDWR) for _ in range(40)]
os.write(files[-1], b'mine')
async def again():
    await asyncio.sleep(0.1)
try:
    asyncio.run(again())
except OSError as error:
    print(error.errno)
print(open('file', 'rb').read())
";
    assert_unchanged(&[], script);
}

#[test]
fn signals_stay_with_the_threads_of_the_program() {
    let script = "import asyncio, os, signal
async def main():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    await asyncio.sleep(0.05)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.sleep(0.05)
    print(signal.sigwait([signal.SIGUSR1]) == signal.SIGUSR1)
asyncio.run(main())
";
    assert_unchanged(&[], script);
}

#[test]
fn warnings_and_messages_of_python_are_as_without_the_probe() {
    let script = "import asyncio, gc, sys
async def save(): pass
async def fail():
    raise ValueError('lost')
def make():
    return save()
async def main():
    save()
    coroutine = make()
    del coroutine
    sys.set_coroutine_origin_tracking_depth(2)
    make()
    task = asyncio.ensure_future(fail())
    await asyncio.sleep(0.05)
    del task
    gc.collect()
    await asyncio.sleep(0)
    try:
        await asyncio.gather(fail(), asyncio.sleep(5))
    except ValueError:
        print('caught')
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    await asyncio.sleep(0.01)
asyncio.run(main())
";
    assert_unchanged(&[], script);
    assert_unchanged(
        &["-X", "tracemalloc"],
        &script.replace("asyncio.run(main())", "asyncio.run(main(), debug=False)"),
    );
}

#[test]
fn a_warning_about_gather_counts_the_frames_of_the_program() {
    let script = "import asyncio
async def one(): return 1
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
print(loop.run_until_complete(asyncio.gather(one(), one())))
loop.close()
";
    assert_unchanged(&["-W", "always"], script);
}

#[test]
fn a_traceback_of_a_failed_request_is_as_long_as_without_the_probe() {
    let script = "import sys, traceback, urllib.request
try:
    urllib.request.urlopen('http://127.0.0.1:1/')
except OSError as error:
    lines = traceback.format_exc().splitlines()
    # Before 3.11 a frame of the probe stays in it.
    print(lines[-1], len(lines) if sys.version_info >= (3, 11) else '')
";
    assert_unchanged(&[], script);
}

#[test]
fn a_site_customization_of_the_user_still_runs() {
    for python in pythons() {
        let folder = Folder::new().with("sitecustomize.py", "print('mine')\n");
        let program = folder.inflight("watch --plain --events run.jsonl --").arg(&python).args(["-c", "print(1)"]);
        let path = folder.path("").into_os_string().into_string().unwrap();
        let ended = program.var(PATH_VARIABLE, &path).start().wait().exits(0);
        assert_eq!(ended.out(), "mine\n1\n");
        let broken = Folder::new().with("sitecustomize.py", "import nothing_of_that_name\n");
        let program = broken.inflight("watch --plain --").arg(&python).args(["-c", "print(1)"]);
        let path = broken.path("").into_os_string().into_string().unwrap();
        let ended = program.var(PATH_VARIABLE, &path).start().wait().exits(0);
        assert!(ended.err().contains("nothing_of_that_name"), "{}", ended.err());
    }
}

#[test]
fn a_library_that_patches_threads_and_clocks_does_not_reach_the_probe() {
    // As gevent does, but so that any use is an error.
    let script = "import asyncio, os, urllib.request
import _thread, select, time
def patched(*args):
    raise RuntimeError('patched')
kept = (time.sleep, _thread.start_new_thread, _thread.allocate_lock, select.poll)
time.sleep = _thread.start_new_thread = select.poll = patched
async def main():
    await asyncio.sleep(0.05)
loop = asyncio.new_event_loop()
loop.run_until_complete(main())
loop.close()
print(len(urllib.request.urlopen(os.environ['BASE'] + '/status/200').read()) > 0)
time.sleep, _thread.start_new_thread, _thread.allocate_lock, select.poll = kept
";
    assert_unchanged(&[], script);
}

#[test]
fn loops_of_threads_that_end_are_sampled_without_a_crash() {
    let script = "import asyncio, threading, time
async def work():
    for _ in range(5):
        time.sleep(0.002)
        await asyncio.sleep(0.001)
for _ in range(30):
    threads = [threading.Thread(target=lambda: asyncio.run(work())) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
print('done')
";
    assert_unchanged(&["-X", "dev"], script);
}

#[test]
fn children_that_take_no_probe_run_as_without_it() {
    let script = "import subprocess, sys
for flags in (['-I'], ['-E'], ['-S'], ['-I', '-S'], []):
    code = 'import asyncio; asyncio.run(asyncio.sleep(0)); print(1)'
    done = subprocess.run([sys.executable] + flags + ['-c', code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(flags, done.returncode, done.stdout)
";
    assert_unchanged(&[], script);
}
