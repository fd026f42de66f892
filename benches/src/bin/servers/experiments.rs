//! What is varied, and what is watched.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use load::{Arrivals, Command, Pace, Plan, Report, Until};
use results::{Axis, Experiment, Series};

use crate::house::{House, Keeper, LONG, Service};
use crate::process::{Process, redis_benchmark};
use crate::rounds::Effort;

type Measured = Result<Vec<Experiment>, Box<dyn Error>>;

/// Experiments that are made together, because they are different looks at the same thing.
pub(crate) struct Group {
    /// The first part of their ids.
    pub(crate) name: &'static str,
    pub(crate) question: Question,
    pub(crate) run: fn(Effort) -> Measured,
}

/// What a reader may want to guess before the result is shown.
pub(crate) struct Question {
    pub(crate) text: &'static str,
    /// The answer is in the group's experiment of this id, in this series, at this place.
    pub(crate) experiment: &'static str,
    pub(crate) series: &'static str,
    pub(crate) x: f64,
}

/// All of them, in the order in which they are made.
pub(crate) const GROUPS: [Group; 9] = [
    Group {
        name: "echo",
        question: Question {
            text: "50 clients have a line echoed, over and over. How many microseconds of processor time does a request \
                   cost a server with a thread per connection?",
            experiment: "echo/processor",
            series: THREAD,
            x: 50.0,
        },
        run: echo,
    },
    Group {
        name: "ping",
        question: Question {
            text: "Clients send 16 PINGs at once and then read 16 answers. How many PINGs a second does a thread per \
                   connection answer?",
            experiment: "ping/rate",
            series: THREAD,
            x: 16.0,
        },
        run: ping,
    },
    Group {
        name: "short",
        question: Question {
            text: "Each request comes on a connection of its own. How many microseconds of processor time does that cost a \
                   server that starts a thread for each?",
            experiment: "short/processor",
            series: THREAD,
            x: 4.0,
        },
        run: short,
    },
    Group {
        name: "silent",
        question: Question {
            text: "8 clients have connected and say nothing. Ten requests come on new connections. How many of them does a \
                   pool of 8 workers answer within half a second?",
            experiment: "silent/answered",
            series: POOL_OF_8,
            x: 8.0,
        },
        run: silent,
    },
    Group {
        name: "blocking",
        question: Question {
            text: "8 clients ask for jobs that compute for 10 milliseconds, over and over, and one asks for next to nothing. \
                   How many milliseconds does that one wait, with a pool of 2 workers?",
            experiment: "blocking/light",
            series: POOL,
            x: 2.0,
        },
        run: blocking,
    },
    Group {
        name: "little",
        question: Question {
            text: "400 requests a second are due, and each takes 20 milliseconds of sleep. How many milliseconds does the \
                   middle one wait for its answer, in the first second, if there are 7 workers?",
            experiment: "little/median",
            series: POOL,
            x: 7.0,
        },
        run: little,
    },
    Group {
        name: "oversubscribed",
        question: Question {
            text: "32 clients ask at once for a job that computes for 20 milliseconds. After how many milliseconds have half \
                   of them been answered, if there are 32 workers?",
            experiment: "oversubscribed/done",
            series: HALF,
            x: 32.0,
        },
        run: oversubscribed,
    },
    Group {
        name: "slow",
        question: Question {
            text: "8 clients ask all they can and hardly read the answers. Ten requests come on new connections. How many of \
                   them does a pool of 8 workers answer within half a second?",
            experiment: "slow/answered",
            series: POOL_OF_8,
            x: 8.0,
        },
        run: slow,
    },
    Group {
        name: "memory",
        question: Question {
            text: "A thousand clients have had one line echoed, and are silent. How many MiB of memory does a server with a \
                   thread for each of them use?",
            experiment: "memory/resident",
            series: THREAD,
            x: 1000.0,
        },
        run: memory,
    },
];

const THREAD: &str = "thread per connection";
const POOL: &str = "pool";
const ACCEPT: &str = "accepting workers";
const POOL_OF_8: &str = "pool of 8";
const ACCEPT_OF_8: &str = "8 accepting workers";
const POLLED: &str = "poller";
const POLLED_OF_8: &str = "poller and 8 workers";
const TOKIO_ONE: &str = "tokio, one thread";
const TOKIO_MANY: &str = "tokio, many threads";
const HALF: &str = "half of them";

/// As many clients as the experiments on speed have at most: so many workers serve all of them.
const CROWD: usize = 200;

const BESIDE: &str = "Clients run on the same processors as the server; the processor time is the server's own.";

/// Our own servers. A poller there is on Unix alone.
const OURS: &[(&str, Keeper)] = &[
    (THREAD, Keeper::Thread),
    (POOL, Keeper::Pool),
    (ACCEPT, Keeper::Accept),
    #[cfg(unix)]
    (POLLED, Keeper::Polled),
];

/// Everybody who can echo.
fn echoing() -> Vec<(&'static str, Keeper)> {
    [OURS, &[(TOKIO_ONE, Keeper::TokioOne), (TOKIO_MANY, Keeper::TokioMany)]].concat()
}

fn names<T>(list: &[(&'static str, T)]) -> Vec<&'static str> {
    list.iter().map(|(name, _)| *name).collect()
}

/// A plan that measures at once, and gives up soon.
fn plan(address: SocketAddr, until: Until) -> Plan {
    Plan { warm_up: Duration::ZERO, until, timeout: Duration::from_secs(20), ..Plan::new(address) }
}

/// Runs it, and does not accept a single reply that is wrong or missing.
fn faultless(plan: &Plan) -> Result<Report, Box<dyn Error>> {
    let report = plan.run()?;
    if report.is_faultless() { Ok(report) } else { Err(format!("a server has made mistakes:\n{report}").into()) }
}

/// How much a server did, and what it cost: requests a second, and microseconds of processor time for each.
fn speed(process: &Process, plan: &Plan) -> Result<[Option<f64>; 2], Box<dyn Error>> {
    // All that is asked between the two looks has to count, so the warm-up is a run of its own.
    faultless(&Plan { until: Until::Time(Duration::from_millis(100)), ..plan.clone() })?;
    let before = process.processor_time();
    let report = faultless(plan)?;
    Ok([Some(report.rate), cost(process, before, report.answered as f64)])
}

fn cost(process: &Process, before: Option<f64>, requests: f64) -> Option<f64> {
    Some((process.processor_time()? - before?) * 1e6 / requests)
}

fn echo(effort: Effort) -> Measured {
    let time = Until::Time(Duration::from_millis(effort.choose(700, 400)));
    let xs: &[f64] = effort.choose(&[1.0, 10.0, 50.0, 200.0], &[1.0, 50.0]);
    let who_serves = echoing();
    let [rate, processor] = effort.measure(&names(&who_serves), xs, |who, clients| {
        let process = Process::house(&House::for_clients(who_serves[who].1, CROWD))?;
        speed(&process, &Plan { connections: clients as usize, ..plan(process.address, time) })
    })?;
    let about = format!("Lines of 64 bytes are echoed; each client asks again when it has been answered. {BESIDE}");
    let remark = "Tokio's servers send back what comes, whatever it is. Ours look for lines.";
    let x = Axis::logarithmic("clients");
    Ok(vec![
        Experiment {
            id: "echo/rate".to_owned(),
            title: "Lines echoed".to_owned(),
            about: about.clone(),
            x: x.clone(),
            y: Axis::new("requests a second"),
            series: rate,
            remarks: vec![remark.to_owned()],
        },
        Experiment {
            id: "echo/processor".to_owned(),
            title: "What the server pays for a line".to_owned(),
            about,
            x,
            y: Axis::new("processor time for a request, µs"),
            series: processor,
            remarks: vec![remark.to_owned()],
        },
    ])
}

fn ping(effort: Effort) -> Measured {
    const CLIENTS: usize = 50;
    let mut remarks = Vec::new();
    let mut who_serves = names(OURS);
    if Process::redis()?.is_some() {
        who_serves.push("redis-server");
    } else {
        remarks.push("redis-server is not installed here, and is left out.".to_owned());
    }
    let mut without_benchmark = false;
    let xs: &[f64] = effort.choose(&[1.0, 4.0, 16.0, 64.0], &[1.0, 16.0]);
    let [rate, processor] = effort.measure(&who_serves, xs, |who, pipeline| {
        let pipeline = pipeline as usize;
        let process = match OURS.get(who) {
            Some(&(_, keeper)) => {
                Process::house(&House { service: Service::Store, ..House::for_clients(keeper, CLIENTS) })?
            }
            None => Process::redis()?.ok_or("redis-server has gone")?,
        };
        let requests = effort.choose(40_000, 20_000) * pipeline.min(16) as u64;
        let before = process.processor_time();
        if let Some(pinged) = redis_benchmark(process.address, CLIENTS, pipeline, requests)? {
            return Ok([Some(pinged.rate), cost(&process, before, pinged.requests)]);
        }
        without_benchmark = true;
        let plan = plan(process.address, Until::Requests(requests));
        let service = load::Service::Resp(Command::Ping);
        speed(&process, &Plan { service, size: 0, connections: CLIENTS, pipeline, ..plan })
    })?;
    if without_benchmark {
        remarks.push("redis-benchmark is not installed here; the load was our own.".to_owned());
    }
    let about =
        format!("50 clients (redis-benchmark) send so many PINGs at once, and more when all are answered. {BESIDE}");
    let x = Axis::logarithmic("PINGs at once");
    Ok(vec![
        Experiment {
            id: "ping/rate".to_owned(),
            title: "PINGs answered".to_owned(),
            about: about.clone(),
            x: x.clone(),
            y: Axis::new("requests a second"),
            series: rate,
            remarks: remarks.clone(),
        },
        Experiment {
            id: "ping/processor".to_owned(),
            title: "What the server pays for a PING".to_owned(),
            about,
            x,
            y: Axis::new("processor time for a request, µs"),
            series: processor,
            remarks,
        },
    ])
}

fn short(effort: Effort) -> Measured {
    let time = Until::Time(Duration::from_millis(effort.choose(700, 400)));
    let xs: &[f64] = effort.choose(&[1.0, 4.0, 16.0], &[4.0]);
    let who_serves = echoing();
    let [rate, processor] = effort.measure(&names(&who_serves), xs, |who, clients| {
        let process = Process::house(&House::for_clients(who_serves[who].1, 16))?;
        speed(&process, &Plan { connections: clients as usize, reconnect: true, ..plan(process.address, time) })
    })?;
    let about = format!(
        "Each client connects, has one line echoed, closes, and begins again. Pool and accepting workers are 16, the \
         poller's are 2. {BESIDE}"
    );
    let x = Axis::logarithmic("clients");
    Ok(vec![
        Experiment {
            id: "short/rate".to_owned(),
            title: "Connections for one line each".to_owned(),
            about: about.clone(),
            x: x.clone(),
            y: Axis::new("connections a second"),
            series: rate,
            remarks: Vec::new(),
        },
        Experiment {
            id: "short/processor".to_owned(),
            title: "What the server pays for a short connection".to_owned(),
            about,
            x,
            y: Axis::new("processor time for a connection, µs"),
            series: processor,
            remarks: Vec::new(),
        },
    ])
}

/// Ten requests, each on a connection of its own, and half a second for each: how many are answered?
fn newcomers(address: SocketAddr) -> Plan {
    Plan { reconnect: true, timeout: Duration::from_millis(500), ..plan(address, Until::Requests(10)) }
}

/// Who has eight workers, if any, and beside them one who has patience for a tenth of a second.
fn short_of_workers(impatient: &'static str) -> Vec<(&'static str, House)> {
    vec![
        (THREAD, House::echo(Keeper::Thread, 8)),
        (POOL_OF_8, House::echo(Keeper::Pool, 8)),
        (ACCEPT_OF_8, House::echo(Keeper::Accept, 8)),
        #[cfg(unix)]
        (POLLED_OF_8, House::echo(Keeper::Polled, 8)),
        (impatient, House { patience: 100, ..House::echo(Keeper::Pool, 8) }),
    ]
}

fn silent(effort: Effort) -> Measured {
    let who_serves = short_of_workers("pool of 8, idle time-out of 0.1 s");
    let xs: &[f64] = effort.choose(&[0.0, 4.0, 7.0, 8.0, 16.0, 32.0, 64.0], &[0.0, 7.0, 8.0, 32.0]);
    let [answered] = effort.measure(&names(&who_serves), xs, |who, idle| {
        let process = Process::house(&who_serves[who].1)?;
        Ok([Some(Plan { idle: idle as usize, ..newcomers(process.address) }.run()?.answered as f64)])
    })?;
    Ok(vec![Experiment {
        id: "silent/answered".to_owned(),
        title: "Starved by clients who say nothing".to_owned(),
        about: "So many clients have connected and are silent. Then ten requests come, on new connections.".to_owned(),
        x: Axis::new("silent clients"),
        y: Axis::new("answered within half a second, of ten"),
        series: answered,
        remarks: Vec::new(),
    }])
}

fn slow(effort: Effort) -> Measured {
    let who_serves = short_of_workers("pool of 8, write deadline of 0.1 s");
    let xs: &[f64] = effort.choose(&[0.0, 4.0, 7.0, 8.0, 16.0], &[0.0, 7.0, 8.0]);
    let [answered] = effort.measure(&names(&who_serves), xs, |who, slow| {
        let process = Process::house(&who_serves[who].1)?;
        let plan = Plan { slow: slow as usize, size: 10_000, ..newcomers(process.address) };
        Ok([Some(plan.run()?.answered as f64)])
    })?;
    Ok(vec![Experiment {
        id: "slow/answered".to_owned(),
        title: "Starved by clients who do not read".to_owned(),
        about: "So many clients ask all they can, and read a hundred bytes a second. Then ten requests come, on new \
                connections."
            .to_owned(),
        x: Axis::new("slow clients"),
        y: Axis::new("answered within half a second, of ten"),
        series: answered,
        remarks: Vec::new(),
    }])
}

fn blocking(effort: Effort) -> Measured {
    const BURN: u64 = 10;
    const THINK: Duration = Duration::from_millis(5);
    let xs: &[f64] = effort.choose(&[1.0, 2.0, 4.0, 8.0, 16.0], &[2.0, 16.0]);
    let time = Duration::from_millis(effort.choose(1_200, 800));
    let [light] = effort.measure(&names(OURS), xs, |who, workers| {
        let house = House::echo(OURS[who].1, workers as usize);
        let process = Process::house(&House { service: Service::Jobs, burn: BURN, ..house })?;
        let plan = Plan { reconnect: true, ..plan(process.address, Until::Time(time)) };
        let long = Plan { connections: 8, size: LONG, ..plan.clone() };
        // The light one comes when the long ones are there, and goes before them.
        let (warm_up, until) = (time / 4, Until::Time(time / 2));
        let pace = Pace::Closed { think: THINK };
        let light = Plan { connections: 1, size: LONG / 2, pace, warm_up, until, ..plan };
        let report = thread::scope(|scope| {
            let long = scope.spawn(|| long.run().map_err(|error| error.to_string()));
            let light = faultless(&light);
            long.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            light
        })?;
        Ok([report.since_sent.map(|latency| latency.p50 as f64 / 1e6)])
    })?;
    Ok(vec![Experiment {
        id: "blocking/light".to_owned(),
        title: "Behind others in the queue".to_owned(),
        about: format!(
            "8 clients ask for jobs of about {BURN} ms of computing, and one asks for next to nothing, and again {THINK:?} \
             after each answer: how long does it wait? Each request has a connection of its own."
        ),
        x: Axis::logarithmic("workers"),
        y: Axis::logarithmic("median time of the light request, ms"),
        series: light,
        remarks: vec![
            "A thread per connection has no number of workers; it was measured again at each place.".to_owned(),
        ],
    }])
}

fn little(effort: Effort) -> Measured {
    const RATE: f64 = 400.0;
    const SLEEP: f64 = 0.020;
    let xs: &[f64] = effort.choose(&[4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0], &[6.0, 7.0, 8.0, 9.0, 12.0]);
    let [mut median, mut late] = effort.measure(&names(OURS), xs, |who, workers| {
        let house = House::echo(OURS[who].1, workers as usize);
        let process = Process::house(&House { service: Service::Jobs, sleep: (SLEEP * 1e3) as u64, ..house })?;
        let pace = Pace::Open { rate: RATE, arrivals: Arrivals::Even };
        // So many clients that nearly always one is free when a request is due.
        let plan = Plan { connections: 200, reconnect: true, pace, ..plan(process.address, Until::Requests(400)) };
        let report = faultless(&plan)?;
        let milliseconds = |time: u64| time as f64 / 1e6;
        Ok([report.since_due.map(|due| milliseconds(due.p50)), report.since_due.map(|due| milliseconds(due.p99))])
    })?;
    // As long as the workers keep up, a request takes its own time. If they do not, each one waits longer than the one
    // before: after a share of that second, for the work that is left over by then.
    let wait = |workers: f64, share: f64| (SLEEP + share * (RATE * SLEEP / workers - 1.0).max(0.0)) * 1e3;
    median.push(Series::computed("computed", xs.iter().map(|&workers| (workers, wait(workers, 0.5)))));
    late.push(Series::computed("computed", xs.iter().map(|&workers| (workers, wait(workers, 0.99)))));
    let about = "400 requests are due in a second, with the same distance. Each sleeps for 20 ms, on a connection of its own. \
                 The time counts from when a request was due.";
    let experiment = |id: &str, y, series| {
        Experiment {
        id: id.to_owned(),
        title: "400 a second, 20 milliseconds each: eight at a time".to_owned(),
        about: about.to_owned(),
        x: Axis::new("workers"),
        y: Axis::logarithmic(y),
        series,
        remarks: vec![
            "Little's law: 400 a second × 0.02 s = 8 are there at a time, on average. With fewer workers the queue grows as \
             long as requests come."
                .to_owned(),
        ],
    }
    };
    Ok(vec![
        experiment("little/median", "median time to answer, ms", median),
        experiment("little/late", "time that 99 of 100 do not exceed, ms", late),
    ])
}

fn oversubscribed(effort: Effort) -> Measured {
    const JOBS: usize = 32;
    const BURN: u64 = 20;
    let xs: &[f64] = effort.choose(&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0], &[2.0, 32.0]);
    let [mut half, all] = effort.measure(&[POOL], xs, |_, workers| {
        let house = House::echo(Keeper::Pool, workers as usize);
        let process = Process::house(&House { service: Service::Jobs, burn: BURN, ..house })?;
        let plan = plan(process.address, Until::Requests(JOBS as u64));
        let plan = Plan { connections: JOBS, reconnect: true, size: LONG, ..plan };
        let since_sent = faultless(&plan)?.since_sent;
        let milliseconds = |time: u64| time as f64 / 1e6;
        Ok([since_sent.map(|sent| milliseconds(sent.p50)), since_sent.map(|sent| milliseconds(sent.max))])
    })?;
    half.iter_mut().for_each(|series| series.name = HALF.to_owned());
    half.extend(all.into_iter().map(|series| Series { name: "all of them".to_owned(), ..series }));
    Ok(vec![Experiment {
        id: "oversubscribed/done".to_owned(),
        title: "More workers than processors".to_owned(),
        about: format!("{JOBS} jobs of about {BURN} ms of computing each come at once. When are they done?"),
        x: Axis::logarithmic("workers"),
        y: Axis::new("time until they are done, ms"),
        series: half,
        remarks: Vec::new(),
    }])
}

fn memory(effort: Effort) -> Measured {
    let who_serves = [
        (THREAD, Keeper::Thread),
        (POOL_OF_8, Keeper::Pool),
        (ACCEPT_OF_8, Keeper::Accept),
        #[cfg(unix)]
        (POLLED_OF_8, Keeper::Polled),
        (TOKIO_ONE, Keeper::TokioOne),
        (TOKIO_MANY, Keeper::TokioMany),
    ];
    let xs: &[f64] = effort.choose(&[0.0, 250.0, 500.0, 1000.0], &[0.0, 1000.0]);
    let [resident, threads] = effort.measure(&names(&who_serves), xs, |who, clients| {
        let process = Process::house(&House::echo(who_serves[who].1, 8))?;
        let clients = (0..clients as usize).map(|_| TcpStream::connect(process.address));
        let mut clients = clients.collect::<Result<Vec<_>, _>>()?;
        clients.iter_mut().try_for_each(|client| client.write_all(b"hello\n"))?;
        for client in &clients {
            // Where workers are short, those behind the eighth wait in vain, and so would we.
            client.set_read_timeout(Some(Duration::from_millis(300)))?;
            if BufReader::new(client).read_line(&mut String::new()).is_err() {
                break;
            }
        }
        Ok([process.memory(), process.threads()])
    })?;
    let about = "So many clients have each sent a line, and read the answer if there was one. Now they are silent.";
    let experiment = |id: &str, title: &str, y, series, remarks| Experiment {
        id: id.to_owned(),
        title: title.to_owned(),
        about: about.to_owned(),
        x: Axis::new("clients"),
        y: Axis::new(y),
        series,
        remarks,
    };
    let kernel = "What the kernel keeps for a thread (some 16 KiB of stack) and for a connection is not in it.";
    Ok(vec![
        experiment(
            "memory/resident",
            "Memory for silent clients",
            "memory in use, MiB",
            resident,
            vec![kernel.to_owned()],
        ),
        experiment("memory/threads", "Threads for silent clients", "threads", threads, Vec::new()),
    ])
}
