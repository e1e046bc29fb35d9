// The sampler: rows from looks at a /proc of our own, the CSV, its columns and
// their document; and one look at the real /proc.
#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "bench/sample/quiet.h"
#include "bench/sample/sample_csv.h"
#include "bench/sample/sampler.h"
#include "bench/sample/snapshot.h"
#include "bench_sample/fake_proc.h"
#include "catch.h"

namespace smsweb::bench {
namespace {

using namespace std::chrono_literals;

// A sampler over a fake /proc, at times that the test sets.
class Scene {
 public:
  FakeProc fake;
  SamplePlan plan;
  ManualClock clock;

  Scene() {
    plan.proc = fake.proc();
    plan.sys = fake.sys();
  }

  // A row for each step, which says what happens before it.
  std::vector<Sample> Run(const std::vector<std::function<void()>>& steps) {
    std::size_t next = 0;
    std::ostringstream out;
    const auto done = RunSampler(plan, clock, out, [&](MonoTime deadline) {
      if (next == steps.size()) return false;
      steps[next++]();
      clock.Advance(std::chrono::ceil<Millis>(deadline - clock.Mono()));
      return true;
    });
    if (!done) FAIL(done.error().message);
    csv = out.str();
    auto samples = ParseSamples(csv, "samples");
    if (!samples) FAIL(samples.error().message);
    return *samples;
  }

  std::string csv;
};

std::string StatText(int user, int idle, int steal = 0) {
  return fmt::format(
      "cpu  {0} 0 0 {1} 0 0 0 {2} 0 0\ncpu0 {0} 0 0 {1} 0 0 0 {2} 0 0\n"
      "intr {0}\nctxt {0}\nprocesses {0}\n",
      user, idle, steal);
}

TEST_CASE("A row says what happened since the row before") {
  Scene scene;
  scene.fake.Write("proc/stat", StatText(1000, 1000));
  const auto samples =
      scene.Run({[&] { scene.fake.Write("proc/stat", StatText(1025, 1075)); },
                 [&] { scene.fake.Write("proc/stat", StatText(1125, 1075)); }});
  REQUIRE(samples.size() == 2);
  CHECK(samples[0].seconds == 1);
  CHECK(samples[1].seconds == 2);
  CHECK(samples[0].values.at("cpu_percent") == 25);
  CHECK(samples[1].values.at("cpu_percent") == 100);
  CHECK(samples[1].values.at("cpu0_percent") == 100);
  CHECK(samples[0].values.at("context_switches_per_second") == 25);
  CHECK(samples[1].values.at("unix_time") ==
        samples[0].values.at("unix_time") + 1);
}

TEST_CASE("What the host took counts as used, as psutil has it") {
  Scene scene;
  const auto samples =
      scene.Run({[&] { scene.fake.Write("proc/stat", StatText(10, 60, 30)); }});
  CHECK(samples[0].values.at("cpu_percent") == 40);
  CHECK(samples[0].values.at("steal_percent") == 30);
  CHECK(samples[0].values.at("user_percent") == 10);
}

TEST_CASE("What the machine does not tell is empty, never 0") {
  Scene scene;
  const auto samples = scene.Run({[] {}});
  for (const char* column :
       {"cpu_percent", "mhz", "memory_percent", "rx_bytes_per_second",
        "disk_busy_percent", "tcp_established", "descriptors_open"}) {
    INFO(column);
    CHECK(!samples[0].values.contains(column));
  }
  const auto row = scene.csv.substr(scene.csv.find('\n') + 1);
  CHECK(row.starts_with("1,,,,,"));
}

TEST_CASE("Disks are added up, but not their partitions, nor memory") {
  Scene scene;
  const auto disks = [&](int sectors, int busy) {
    scene.fake.Write("proc/diskstats",
                     fmt::format("8 0 sda 1 0 {0} 0 1 0 {0} 0 0 {1} 0\n"
                                 "8 1 sda1 1 0 {0} 0 1 0 {0} 0 0 {1} 0\n"
                                 "8 16 sdb 1 0 {0} 0 1 0 {0} 0 0 0 0\n"
                                 "253 0 zram0 1 0 {0} 0 1 0 {0} 0 0 {1} 0\n",
                                 sectors, busy));
  };
  for (const char* name : {"sda", "sdb", "zram0"}) {
    scene.fake.Write(fmt::format("sys/block/{}/size", name), "1");
  }
  disks(100, 0);
  const auto samples = scene.Run({[&] { disks(110, 250); }});
  CHECK(samples[0].values.at("disk_read_bytes_per_second") == 2 * 10 * 512);
  CHECK(samples[0].values.at("disk_written_bytes_per_second") == 2 * 10 * 512);
  CHECK(samples[0].values.at("disk_busy_percent") == 25);
}

TEST_CASE(
    "A device that goes takes its bytes with it, and no rate is negative") {
  Scene scene;
  const auto bytes = [&](int received) {
    scene.fake.Write(
        "proc/net/dev",
        fmt::format("a\nb\neth0: {0} 0 0 0 0 0 0 0 {0}\n", received));
  };
  bytes(5000);
  const auto samples =
      scene.Run({[&] { bytes(6000); }, [&] { bytes(10); }, [&] { bytes(20); }});
  CHECK(samples[0].values.at("rx_bytes_per_second") == 1000);
  CHECK(samples[1].values.at("rx_bytes_per_second") == 0);
  CHECK(samples[1].values.at("tx_bytes_per_second") == 0);
  CHECK(samples[2].values.at("rx_bytes_per_second") == 10);
}

TEST_CASE("Groups add up what their processes have") {
  Scene scene;
  scene.plan.groups = {{"web", {10}}, {"endpoint", {}, {"smsweb-cgi"}}};
  scene.fake.Put(10, {.descriptors = 3, .limit = 1024});
  scene.fake.Put(11, {.parent = 10,
                      .threads = 3,
                      .descriptors = 8,
                      .limit = 256,
                      .switches = 100});
  const auto samples = scene.Run({[&] {
    scene.fake.Put(11, {.parent = 10,
                        .own_ticks = 40,
                        .threads = 3,
                        .descriptors = 8,
                        .limit = 256,
                        .switches = 120,
                        .read = 4096,
                        .written = 100});
    scene.fake.Put(12, {.name = "smsweb-cgi", .parent = 10, .own_ticks = 5});
  }});
  const auto& values = samples[0].values;
  CHECK(values.at("web_processes") == 2);
  CHECK(values.at("web_threads") == 4);
  CHECK(values.at("web_cpu_percent") == 40);
  CHECK(values.at("web_memory_bytes") == 20.0 * ::sysconf(_SC_PAGESIZE));
  CHECK(values.at("web_descriptors") == 11);
  CHECK(values.at("web_descriptors_greatest") == 8);
  CHECK(values.at("web_descriptors_limit") == 256);
  CHECK(values.at("web_context_switches_per_second") == 60);  // of 3 threads
  CHECK(values.at("web_read_bytes_per_second") == 4096);
  CHECK(values.at("web_written_bytes_per_second") == 100);
  CHECK(values.at("endpoint_processes") == 1);
  CHECK(values.at("endpoint_cpu_percent") == 5);
}

TEST_CASE("A program for each request is counted, though no look finds it") {
  Scene scene;
  scene.plan.groups = {{"web", {10}}};
  scene.fake.Put(10, {});
  const auto samples =
      scene.Run({[&] { scene.fake.Put(10, {.reaped_ticks = 90}); }});
  CHECK(samples[0].values.at("web_processes") == 1);
  CHECK(samples[0].values.at("web_cpu_percent") == 90);
}

TEST_CASE("A group whose processes have all ended has none") {
  Scene scene;
  scene.plan.groups = {{"web", {10}}};
  scene.fake.Put(10, {.own_ticks = 500, .switches = 7, .read = 9});
  const auto samples = scene.Run({[&] { scene.fake.Remove(10); }});
  CHECK(samples[0].values.at("web_processes") == 0);
  CHECK(samples[0].values.at("web_cpu_percent") == 0);
  CHECK(samples[0].values.at("web_context_switches_per_second") == 0);
  CHECK(!samples[0].values.contains("web_descriptors_greatest"));
}

TEST_CASE("A file that is not allowed to be read leaves its columns empty") {
  if (::geteuid() == 0) return;  // root may
  Scene scene;
  scene.plan.groups = {{"web", {10}}};
  scene.fake.Put(10, {});
  std::filesystem::permissions(scene.fake.proc() / "10/io",
                               std::filesystem::perms::none);
  const auto samples = scene.Run({[] {}});
  CHECK(!samples[0].values.contains("web_read_bytes_per_second"));
  CHECK(samples[0].values.contains("web_cpu_percent"));
}

TEST_CASE("Rows end when there are enough") {
  Scene scene;
  scene.plan.rows = 2;
  CHECK(scene.Run({[] {}, [] {}, [] {}, [] {}}).size() == 2);
}

TEST_CASE("What is left of an interval is a row if it says something") {
  for (const auto& [left, rows] :
       {std::pair{50ms, std::size_t{1}}, {99ms, 1}, {100ms, 2}, {900ms, 2}}) {
    INFO(left.count());
    Scene scene;
    int waits = 0;
    std::ostringstream out;
    const auto done = RunSampler(scene.plan, scene.clock, out, [&](MonoTime) {
      scene.clock.Advance(waits == 0 ? 1000ms : left);
      return ++waits < 2;
    });
    REQUIRE(done.has_value());
    CHECK(ParseSamples(out.str(), "samples")->size() == rows);
  }
}

TEST_CASE("The only row is written however short it is") {
  Scene scene;
  std::ostringstream out;
  const auto done = RunSampler(scene.plan, scene.clock, out, [&](MonoTime) {
    scene.clock.Advance(3ms);
    return false;
  });
  REQUIRE(done.has_value());
  CHECK(ParseSamples(out.str(), "samples")->size() == 1);
}

TEST_CASE("A look that comes late does not shift those that follow") {
  Scene scene;
  std::vector<std::int64_t> deadlines;
  const MonoTime began = scene.clock.Mono();
  std::ostringstream out;
  const auto done =
      RunSampler(scene.plan, scene.clock, out, [&](MonoTime deadline) {
        deadlines.push_back((deadline - began) / 1ms);
        scene.clock.Advance(
            std::chrono::ceil<Millis>(deadline - scene.clock.Mono()));
        if (deadlines.size() == 2) scene.clock.Advance(1300ms);
        return deadlines.size() < 3;
      });
  REQUIRE(done.has_value());
  CHECK(deadlines == std::vector<std::int64_t>{1000, 2000, 4000});
}

TEST_CASE("Samples that can't be written end it with an error") {
  Scene scene;
  std::ofstream full("/dev/full");
  const auto done =
      RunSampler(scene.plan, scene.clock, full, [](MonoTime) { return true; });
  REQUIRE(!done.has_value());
  CHECK(done.error().kind == ErrorKind::kUnavailable);
}

TEST_CASE("Without /proc/stat there are no samples") {
  Scene scene;
  std::filesystem::remove(scene.fake.proc() / "stat");
  std::ostringstream out;
  const auto done =
      RunSampler(scene.plan, scene.clock, out, [](MonoTime) { return true; });
  REQUIRE(!done.has_value());
  CHECK(done.error().kind == ErrorKind::kUnavailable);
  CHECK(out.str().empty());
}

TEST_CASE("No two columns have the same name") {
  CHECK(CheckGroups({{"web", {}}, {"load", {}}}).has_value());
  CHECK(!CheckGroups({{"web", {}}, {"web", {}}}).has_value());
  CHECK(!CheckGroups({{"disk", {}}}).has_value());
  CHECK(!CheckGroups({{"Web", {}}}).has_value());
  CHECK(!CheckGroups({{"", {}}}).has_value());
  std::set<std::string> names;
  const auto columns = Columns(64, {"web", "endpoint", "load", "command"});
  for (const auto& column : columns) names.insert(column.name);
  CHECK(names.size() == columns.size());
}

// --- CSV

TEST_CASE("Samples are read as they were written, empty where nothing was") {
  const auto columns = Columns(2, {"web"});
  Sample sample{.seconds = 1.5};
  sample.values = {{"cpu_percent", 99.125},
                   {"unix_time", 1795697180.565},
                   {"memory_used_bytes", 2866982912},
                   {"web_descriptors", 0}};
  const auto read = ParseSamples(
      CsvHeader(columns) + CsvRow(columns, sample) + CsvRow(columns, {}), "a");
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].seconds == 1.5);
  CHECK((*read)[0].values == sample.values);
  CHECK((*read)[1].values.empty());
}

TEST_CASE("A table from a spreadsheet, with other ends of lines, is read") {
  const auto read = ParseSamples("time,mhz\r\n1,\r\n2,600\r\n", "a");
  REQUIRE(read.has_value());
  CHECK((*read)[0].values.empty());
  CHECK((*read)[1].values.at("mhz") == 600);
}

TEST_CASE("What is wrong in a table of samples is said with its place") {
  const std::pair<const char*, const char*> faults[] = {
      {"", "a.csv:1: column 1: the line has no end"},
      {"x,y\n", "a.csv:1: column 1 (x): the first column is not \"time\""},
      {"time,mhz\n1,2\n2,3,4\n", "a.csv:3: column 3: there are 3 values for 2"},
      {"time,mhz\n1\n", "a.csv:2: column 2 (mhz): there are 1 values for 2"},
      {"time,mhz\n1,fast\n", "a.csv:2: column 2 (mhz): \"fast\" is no number"},
      {"time,mhz\n1,nan\n", "a.csv:2: column 2 (mhz): \"nan\" is no number"},
      {"time,mhz\n,2\n", "a.csv:2: column 1 (time): \"\" is no number"},
      {"time,mhz\n1,2\n2,3", "a.csv:3: column 2 (mhz): the line has no end"},
  };
  for (const auto& [csv, message] : faults) {
    const auto read = ParseSamples(csv, "a.csv");
    REQUIRE(!read.has_value());
    CHECK(read.error().kind == ErrorKind::kInvalid);
    INFO(read.error().message);
    CHECK(read.error().message.starts_with(message));
  }
}

TEST_CASE("A file of samples that is not there is said so") {
  const auto read = ReadSamples("/nowhere/samples.csv");
  REQUIRE(!read.has_value());
  CHECK(read.error().message ==
        "/nowhere/samples.csv: No such file or directory");
}

// --- Columns, and docs/samples.md

TEST_CASE("The paper's columns come first, in its order") {
  const auto columns = Columns(2, {"web"});
  const std::vector<std::string> paper = {
      "time", "cpu_percent", "memory_percent", "rx_bytes_per_second",
      "tx_bytes_per_second"};
  REQUIRE(columns.size() > paper.size());
  for (std::size_t i = 0; i < paper.size(); ++i) {
    CHECK(columns[i].name == paper[i]);
  }
}

TEST_CASE("The table of columns in samples.md is the program's") {
  std::ifstream file(SMSWEB_BENCH "/../docs/samples.md");
  REQUIRE(file.is_open());
  std::ostringstream page;
  page << file.rdbuf();
  CHECK(page.str().find("\n\n" + ColumnsTable() + "\n") != std::string::npos);
}

// --- Snapshots, and quiet

TEST_CASE(
    "A snapshot tells of each program the process with most descriptors") {
  FakeProc fake;
  fake.Put(10, {.descriptors = 5, .limit = 1024});
  fake.Put(11, {.parent = 10, .descriptors = 9, .limit = 512});
  fake.Put(12, {.name = "smsweb-cgi", .parent = 10, .descriptors = 0});
  fake.Put(13, {.name = "bash", .descriptors = 40});
  fake.Write("proc/net/netstat", "TcpExt: ListenDrops\nTcpExt: 7\n");
  fake.Write("proc/net/snmp", "Tcp: CurrEstab\nTcp: 3\n");
  fake.Write("proc/meminfo", "MemTotal: 100 kB\nMemAvailable: 60 kB\n");
  fake.Write("proc/vmstat", "oom_kill 2\n");
  const auto snapshot = TakeSnapshot({{"web", {10}}}, fake.proc());
  CHECK(snapshot.kernel ==
        std::map<std::string, std::int64_t>{{"TcpExt.ListenDrops", 7},
                                            {"Tcp.CurrEstab", 3}});
  REQUIRE(snapshot.descriptors.size() == 2);
  CHECK(snapshot.descriptors.at("nginx").used == 9);
  CHECK(snapshot.descriptors.at("nginx").limit == 512);
  CHECK(snapshot.descriptors.at("smsweb-cgi").used == 0);
  CHECK(snapshot.memory_available == 60 * 1024);
  CHECK(snapshot.memory_total == 100 * 1024);
  CHECK(snapshot.oom_kills == 2);
}

TEST_CASE("The kernel's settings are told by their names, if it has them") {
  FakeProc fake;
  fake.Write("proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
  fake.Write("proc/sys/net/core/somaxconn", "4096\n");
  CHECK(KernelSettings(fake.proc()) ==
        std::map<std::string, std::string>{
            {"net.ipv4.ip_local_port_range", "32768 60999"},
            {"net.core.somaxconn", "4096"}});
}

TEST_CASE("Busy is what we use, stolen what the host takes") {
  const CpuTimes before{.user = 10, .idle = 100, .steal = 5};
  const CpuTimes after{
      .user = 15, .system = 5, .idle = 160, .iowait = 20, .steal = 15};
  CHECK(BusyShare(before, after) == Approx(0.1));
  CHECK(StealShare(before, after) == Approx(0.1));
  CHECK(BusyShare(before, before) == 0);
  CHECK(StealShare(after, before) == 0);
}

// --- The real /proc

TEST_CASE("The real /proc fills the columns, and no others") {
  SamplePlan plan{.groups = {{"self", {::getpid()}}}};
  std::ostringstream out;
  std::vector<char> work(1 << 20);
  const auto done = RunSampler(plan, out, [&](MonoTime deadline) {
    while (MonoTime::clock::now() < deadline - 980ms) work[0]++;  // use some
    return false;
  });
  REQUIRE(done.has_value());
  const auto samples = ParseSamples(out.str(), "samples");
  REQUIRE(samples.has_value());
  REQUIRE(samples->size() == 1);
  const auto& values = samples->front().values;
  std::set<std::string> known;
  for (const auto& column : Columns(1024, {"self"})) known.insert(column.name);
  for (const auto& [name, value] : values) {
    INFO(name);
    CHECK(known.contains(name));
    CHECK(value >= 0);
  }
  CHECK(values.at("self_processes") == 1);
  CHECK(values.at("self_memory_bytes") > 0);
  CHECK(values.at("self_descriptors") >= 3);
  CHECK(values.at("memory_percent") > 0);
  CHECK(values.at("memory_percent") < 100);
  CHECK(values.at("descriptors_open") > 0);
  CHECK(values.contains("rx_bytes_per_second"));
  CHECK(TakeSnapshot(plan.groups).descriptors.size() == 1);
}

}  // namespace
}  // namespace smsweb::bench
