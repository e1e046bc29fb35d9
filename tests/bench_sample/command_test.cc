// smsweb-bench sample: its command line, the program that it runs, its end; and
// what real children use, whether somebody waits for them or nobody.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "bench/commands/sample.h"
#include "bench/sample/sample_csv.h"
#include "bench/sample/task_clock.h"
#include "catch.h"
#include "temp_folder.h"

namespace smsweb::bench {
namespace {

using namespace std::chrono_literals;

// The error's text, or "".
std::string Parse(SampleOptions& options, std::vector<std::string> arguments) {
  CLI::App app;
  auto* sample = app.add_subcommand("sample");
  Declare(*sample, options);
  std::vector<const char*> argv = {"smsweb-bench", "sample"};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  try {
    app.parse(static_cast<int>(argv.size()), argv.data());
    return "";
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
}

TEST_CASE("A group is processes, or programs by name, or both") {
  SampleOptions options;
  CHECK(Parse(options, {"--group", "web=12,13", "--group", "cgi=@smsweb-cgi",
                        "--group", "web=@nginx", "--interval", "250ms"}) == "");
  REQUIRE(options.groups.size() == 2);
  CHECK(options.groups[0].name == "web");
  CHECK(options.groups[0].roots == std::vector<pid_t>{12, 13});
  CHECK(options.groups[0].names == std::vector<std::string>{"nginx"});
  CHECK(options.groups[1].names == std::vector<std::string>{"smsweb-cgi"});
  CHECK(options.interval == 250ms);
  CHECK(options.command.empty());
}

TEST_CASE("What comes behind -- is the command, with its own options") {
  SampleOptions options;
  CHECK(Parse(options, {"--group", "web=12", "--", "ab", "-n", "10",
                        "--columns"}) == "");
  CHECK(options.command ==
        std::vector<std::string>{"ab", "-n", "10", "--columns"});
  CHECK(!options.columns);
}

TEST_CASE("What makes no sense is refused, with what would") {
  for (const char* group : {"web", "web=", "=12", "web=x", "web=0", "web=-5",
                            "web=12,,13", "web=@", "disk=12", "Web=12"}) {
    INFO(group);
    SampleOptions options;
    CHECK(Parse(options, {"--group", group}) != "");
  }
  for (const char* interval : {"5", "1ms", "2h", "fast", "-1s"}) {
    INFO(interval);
    SampleOptions options;
    CHECK(Parse(options, {"--interval", interval}) != "");
  }
  for (const char* rows : {"-1", "0", "x", "99999999999999999999"}) {
    INFO(rows);
    SampleOptions options;
    CHECK(Parse(options, {"--rows", rows}) != "");
  }
}

// What the file has, in whole lines.
std::vector<Sample> SamplesOf(const std::string& file) {
  const auto samples = ReadSamples(file);
  if (!samples) FAIL(samples.error().message);
  return *samples;
}

TEST_CASE("A command is sampled until it ends, and its exit code is ours") {
  const TempFolder folder;
  SampleOptions options{.out = folder / "a.csv",
                        .command = {"/bin/sh", "-c", "exit 7"}};
  CHECK(RunSample(options) == 7);
  const auto samples = SamplesOf(options.out);
  REQUIRE(!samples.empty());
  CHECK(samples.back().values.contains("command_cpu_percent"));
}

TEST_CASE("A command that a signal ends gives 128 and its number") {
  const TempFolder folder;
  CHECK(RunSample({.out = folder / "a.csv",
                   .command = {"/bin/sh", "-c", "kill -9 $$"}}) == 137);
}

TEST_CASE("A command that is not there gives 127, as in a shell") {
  const TempFolder folder;
  CHECK(RunSample({.out = folder / "a.csv", .command = {"/nowhere/program"}}) ==
        127);
}

TEST_CASE("A command goes on when there are rows enough") {
  const TempFolder folder;
  CHECK(RunSample({.interval = 10ms,
                   .rows = 1,
                   .out = folder / "a.csv",
                   .command = {"/bin/sh", "-c", "sleep 0.1; exit 3"}}) == 3);
  CHECK(SamplesOf(folder / "a.csv").size() == 1);
}

TEST_CASE("A process that is not there is told of before anything is written") {
  const TempFolder folder;
  const pid_t gone = ::fork();
  if (gone == 0) ::_exit(0);
  ::waitpid(gone, nullptr, 0);
  CHECK(RunSample({.out = folder / "a.csv", .groups = {{"web", {gone}}}}) == 1);
  CHECK(!std::filesystem::exists(folder / "a.csv"));
}

bool HasRows(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  return std::getline(in, line) && std::getline(in, line) && !in.eof();
}

// Told to end while it samples, by all of them at once; its exit code.
int EndBySignals(const SampleOptions& options,
                 const std::vector<int>& signals) {
  const pid_t sampler = ::fork();
  if (sampler == 0) ::_exit(RunSample(options));
  while (!HasRows(options.out)) std::this_thread::sleep_for(1ms);
  ::kill(sampler, SIGSTOP);
  for (const int signal : signals) ::kill(sampler, signal);
  ::kill(sampler, SIGCONT);
  int status = 0;
  ::waitpid(sampler, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST_CASE("SIGINT and SIGTERM end it in order, with the last row whole") {
  const std::vector<int> ways[] = {{SIGINT}, {SIGTERM}, {SIGINT, SIGTERM}};
  for (const auto& signals : ways) {
    const TempFolder folder;
    const SampleOptions options{.interval = 20ms, .out = folder / "a.csv"};
    CHECK(EndBySignals(options, signals) == 0);
    CHECK(!SamplesOf(options.out).empty());
  }
}

TEST_CASE("Who ends the sampler ends the command") {
  const TempFolder folder;
  const SampleOptions options{
      .interval = 20ms,
      .out = folder / "a.csv",
      .command = {"/bin/sh", "-c",
                  "trap 'exit 9' TERM; while :; do sleep 0.02; done"}};
  CHECK(EndBySignals(options, {SIGTERM}) == 9);
}

// --- What real children use

double OwnSeconds() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  return use.ru_utime.tv_sec + use.ru_stime.tv_sec +
         (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

constexpr double kBurnt = 0.1;

void Burn() {
  while (OwnSeconds() < kBurnt) {
  }
}

// A parent that, when told to, has three children burn CPU time one after the
// other; then it tells that they have ended, and stays.
class Parent {
 public:
  explicit Parent(bool waits) {
    int to_it[2];
    int from_it[2];
    REQUIRE(::pipe2(to_it, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(from_it, O_CLOEXEC) == 0);
    pid_ = ::fork();
    if (pid_ == 0) Live(waits, to_it[0], from_it[1]);
    go_.Reset(to_it[1]);
    told_.Reset(from_it[0]);
    ::close(to_it[0]);
    ::close(from_it[1]);
    Await();  // it has set its signals
  }
  ~Parent() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }
  void Go() const { CHECK(::write(go_.get(), "", 1) == 1); }
  void Await() const {
    char byte = 0;
    CHECK(::read(told_.get(), &byte, 1) == 1);
  }

 private:
  [[noreturn]] static void Live(bool waits, int go, int tell) {
    char byte = 0;
    ::signal(SIGCHLD, waits ? SIG_DFL : SIG_IGN);
    if (::write(tell, "", 1) != 1 || ::read(go, &byte, 1) != 1) ::_exit(1);
    for (int i = 0; i < 3; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        Burn();
        ::_exit(0);
      }
      ::waitpid(child, nullptr,
                0);  // where SIGCHLD is ignored: till it is gone
    }
    if (::write(tell, "", 1) != 1) ::_exit(1);
    while (true) ::pause();
  }

  pid_t pid_ = -1;
  UniqueFd go_;
  UniqueFd told_;
};

double SampledSeconds(const Parent& parent) {
  SamplePlan plan{.interval = 3600s, .groups = {{"it", {parent.pid()}}}};
  std::ostringstream out;
  const auto done = RunSampler(plan, out, [&](MonoTime) {
    parent.Go();
    parent.Await();
    return false;
  });
  if (!done) FAIL(done.error().message);
  const auto samples = ParseSamples(out.str(), "samples");
  if (!samples) FAIL(samples.error().message);
  const auto& row = samples->front();
  const double cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  return row.values.at("it_cpu_percent") / 100 * cores * row.seconds;
}

TEST_CASE("What real children burnt is found with the parent that waited") {
  CHECK(SampledSeconds(Parent(true)) > 2.5 * kBurnt);
}

TEST_CASE("It is found, too, with a parent who ignores his children's end") {
  const Parent parent(false);
  if (!TaskClock::Open({parent.pid()})) {
    WARN("the kernel lends us no task clock: not tested");
    return;
  }
  CHECK(SampledSeconds(parent) > 2.5 * kBurnt);
}

TEST_CASE("A command that burns CPU time is seen to") {
  const TempFolder folder;
  const SampleOptions options{
      .out = folder / "a.csv",
      .command = {"/bin/sh", "-c",
                  "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"}};
  CHECK(RunSample(options) == 0);
  double most = 0;
  for (const auto& sample : SamplesOf(options.out)) {
    most = std::max(most, sample.values.at("command_cpu_percent"));
  }
  CHECK(most > 0);
}

}  // namespace
}  // namespace smsweb::bench
