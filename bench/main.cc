// smsweb-bench: the paper's measurements. Reads the command line and does one
// command, in a process that leaves nothing behind.
#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "bench/commands/commands.h"
#include "bench/commands/sample.h"
#include "bench/process/child.h"
#include "bench/process/supervise.h"
#include "common/base/command_line.h"
#include "common/base/process.h"
#include "common/base/version.h"

namespace {

using namespace smsweb;
using namespace smsweb::bench;

constexpr const char* kDescription =
    "smsweb-bench measures an SMS gateway as the paper did that smsweb grew "
    "out\n"
    "of, and goes on where the paper had to stop: how fast it answers, how "
    "fast a\n"
    "message is sent, what that takes, how many at once it can hold, and why "
    "not\n"
    "more. It starts web servers, smsweb and simulated modems itself, on "
    "loopback.\n";

constexpr const char* kFooter = R"(Examples:
  smsweb-bench report
      all of it, with a page to look at: about a quarter of an hour
  smsweb-bench ceiling --reproduce-252
      why the paper's web service stopped at 252
  smsweb-bench ceiling --setup apache-cgid
      where it really stops, and at what
  smsweb-bench run table-3 --setup nginx-fastcgi,paper
      the paper's Table 3 on smsweb, and on the paper's own design
  smsweb-bench run burst252 --url http://192.0.2.7:8080 --cases ./my-cases
      a case of your own, on a server that runs already
  smsweb-bench load -n 100000 -c 5000 'http://127.0.0.1:8080/s.py?rcpt=08961{n7}&msg=x'
      our generator alone
  smsweb-bench delivery --modem /dev/ttyUSB0 --to +6281234567890
      from a request to the network's answer, through a real modem
  smsweb-bench plan --rate 2 --seconds 5 --wait 10
      how many modems that takes
  smsweb-bench sample --group web=@nginx --out web.csv
      the paper's psutil script
  smsweb-bench serve paper
      the paper's design, to be looked at

Exit codes:
  0  done
  1  something could not be started, or has ended
  2  the command line or a file of cases is wrong
  3  measured, and something failed that should not: requests, messages, a trial

"smsweb-bench COMMAND --help" tells more; so do smsweb-bench(1) and
docs/capacity.md.)";

struct AllOptions {
  ListOptions list;
  RunOptions run;
  ReportOptions report;
  CeilingOptions ceiling;
  LoadOptions load;
  DeliveryOptions delivery;
  PlanOptions plan;
  SampleOptions sample;
  ServeOptions serve;
};

// What a command needs of us before it can begin.
enum class Needs : std::uint8_t {
  kNothing,
  kData,       // the other programs, cases, configurations
  kProcesses,  // and that none which it starts is left
  kScratch,    // and a folder for set-ups
};

// The command that was typed.
struct Choice {
  Needs needs = Needs::kNothing;
  std::function<int(const Surroundings&)> work;
};

class Commands {
 public:
  Commands(CLI::App& app, Choice& choice) : app_(app), choice_(choice) {}

  template <typename Options>
  void Add(const char* name, const char* what, Options& options, Needs needs,
           int (*run)(const Options&, const Surroundings&)) const {
    Offer(name, what, options, {needs, [run, &options](const auto& here) {
                                  return run(options, here);
                                }});
  }
  template <typename Options>
  void Add(const char* name, const char* what, Options& options,
           int (*run)(const Options&)) const {
    Offer(name, what, options, {Needs::kNothing, [run, &options](const auto&) {
                                  return run(options);
                                }});
  }

 private:
  void Offer(const char* name, const char* what, auto& options,
             Choice offered) const {
    CLI::App* const command = app_.add_subcommand(name, what);
    Declare(*command, options);
    command->callback([&choice = choice_, offered = std::move(offered)] {
      choice = offered;
    });
  }

  CLI::App& app_;
  Choice& choice_;
};

// In the order of --help.
void AddAll(const Commands& commands, AllOptions& all) {
  commands.Add("report", "Measure everything, write the report", all.report,
               Needs::kScratch, RunReport);
  commands.Add("run", "Run test cases", all.run, Needs::kScratch, RunRun);
  commands.Add("ceiling",
               "Find the highest concurrency that holds, and the cause",
               all.ceiling, Needs::kScratch, RunCeiling);
  commands.Add("delivery", "Time messages from request to network",
               all.delivery, Needs::kScratch, RunDelivery);
  commands.Add("load", "Load any URL", all.load, Needs::kProcesses,
               RunLoadCommand);
  commands.Add("sample", "Sample the machine into CSV", all.sample, RunSample);
  commands.Add("plan", "How many modems does a rate need?", all.plan, RunPlan);
  commands.Add("serve", "Start a set-up, and leave it up", all.serve,
               Needs::kScratch, RunServe);
  commands.Add("list", "Cases and set-ups", all.list, Needs::kData, RunList);
}

int DoIt(const Choice& choice, const Surroundings& here) {
  return Printed([&] { return choice.work(here); });
}

// With a folder for set-ups, and nothing left of them afterwards.
int WithScratch(const Choice& choice, Surroundings surroundings) {
  const auto scratch = MakeScratch();
  if (!scratch) return Complain(scratch.error());
  surroundings.scratch = scratch->folder();
  return Supervise([&] { return DoIt(choice, surroundings); },
                   [&] { scratch->Remove(); });
}

}  // namespace

int main(int argc, char** argv) {
  PrepareProcess();
  CLI::App app(kDescription, "smsweb-bench");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("smsweb-bench ") + kVersion);
  app.require_subcommand(1);
  AllOptions options;
  Choice choice;
  AddAll(Commands(app, choice), options);
  if (const auto exit_code = ParseCommandLine(app, argc, argv)) {
    return *exit_code;
  }
  if (choice.needs == Needs::kNothing) return DoIt(choice, {});
  auto surroundings = LookAround();
  if (!surroundings) return Complain(surroundings.error());
  surroundings->command = ToString(Command{.arguments = {argv, argv + argc}});
  if (choice.needs == Needs::kData) return DoIt(choice, *surroundings);
  if (choice.needs == Needs::kProcesses) {
    return Supervise([&] { return DoIt(choice, *surroundings); }, [] {});
  }
  return WithScratch(choice, *surroundings);
}
