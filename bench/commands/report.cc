// smsweb-bench report: everything, in one go, and the page about it.
#include "bench/report/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/ceiling/ceiling.h"
#include "bench/commands/ceilings.h"
#include "bench/commands/commands.h"
#include "bench/commands/jobs.h"
#include "bench/commands/names.h"
#include "bench/measure/delivery.h"
#include "bench/measure/server.h"
#include "bench/report/draw.h"

namespace smsweb::bench {
namespace {

using namespace std::chrono_literals;

constexpr const char* kOtherwise = "smsweb-bench-report";

// How much is done.
struct Size {
  int most_repeats;
  std::uint64_t highest;  // of the ceilings
  double resolution;
  std::uint64_t messages;  // of each delivery
  std::chrono::milliseconds send_time;
  bool smallest;  // only to see that it works
};

Size SizeOf(const std::string& name) {
  if (name == "smoke") return {1, 32, 0.5, 3, 50ms, true};
  if (name == "quick") return {1, 1024, 0.25, 4, 1s, false};
  return {100, 4096, 0.1, 6, 3s, false};
}

bool Wanted(std::string_view setup, const ReportOptions& options) {
  return options.setups.empty() ||
         std::ranges::find(options.setups, setup) != options.setups.end();
}

std::vector<Errand> ErrandsOf(const Repository& repository,
                              const ReportOptions& options, const Size& size) {
  std::vector<Errand> errands;
  for (const TestCase& test : repository.cases) {
    const bool part = size.smallest ? test.name == "smallest" : test.report;
    if (!part) continue;
    for (const std::string& setup : test.setups) {
      if (!Wanted(setup, options)) continue;
      errands.push_back({test, setup, ""});
      errands.back().test.repeat = std::min(test.repeat, size.most_repeats);
    }
  }
  return errands;
}

std::vector<DeliveryPlan> DeliveriesOf(const ReportOptions& options,
                                       const Size& size,
                                       const Surroundings& surroundings) {
  std::vector<DeliveryPlan> plans;
  for (const std::string_view setup : {kShippedDesign, kPapersDesign}) {
    if (!Wanted(setup, options)) continue;
    for (const bool burst : {false, true}) {
      DeliveryPlan plan{.setup = std::string(setup),
                        .options = OptionsFor(surroundings),
                        .messages = size.messages,
                        .burst = burst};
      plan.options.send_time = size.send_time;
      plan.options.report_delay = size.send_time;
      plan.options.reports = !burst && setup != kPapersDesign;
      plans.push_back(plan);
    }
  }
  return plans;
}

// The parts of a report, each after the other; what can't be measured is said
// in its record, and the rest goes on. results.json is written after each: what
// was measured until an interruption is a report, too.
class Report {
 public:
  Report(const ReportOptions& options, const Surroundings& surroundings,
         std::filesystem::path out)
      : options_(options),
        surroundings_(surroundings),
        out_(std::move(out)),
        size_(SizeOf(options.size)),
        measurement_(surroundings) {}

  Result<Results> Measure(const Repository& repository) {
    auto done = Cases(repository);
    if (done) done = Deliveries();
    if (done) done = Ceilings();
    if (!done) return std::unexpected(done.error());
    measurement_.results.reproduction = Reproduce();
    measurement_.End();
    return measurement_.results;
  }

 private:
  void Say(const std::string& what) const {
    surroundings_.progress(what, true);
  }

  Result<void> Save() const {
    return WriteResults(measurement_.results, out_ / "results.json");
  }

  Result<void> Cases(const Repository& repository) {
    const auto errands = ErrandsOf(repository, options_, size_);
    for (std::size_t i = 0; i < errands.size(); ++i) {
      Say(fmt::format("({} of {}) {} on {}", i + 1, errands.size(),
                      errands[i].test.title, errands[i].setup));
      auto record =
          RunErrand(errands[i], repository, surroundings_, out_, false);
      if (!record && record.error().kind == ErrorKind::kInvalid) {
        return std::unexpected(record.error());
      }
      if (record) {
        measurement_.results.cases.push_back(std::move(*record));
      } else {
        const std::string& why = record.error().message;
        Say(fmt::format("{} on {}: {}", errands[i].test.name, errands[i].setup,
                        why));
        measurement_.results.cases.push_back(
            BeginCase(errands[i].test, errands[i].setup, "", why));
      }
      if (auto saved = Save(); !saved) return saved;
    }
    return {};
  }

  Result<void> Deliveries() {
    for (const DeliveryPlan& plan :
         DeliveriesOf(options_, size_, surroundings_)) {
      Say(fmt::format("delivery on {}, {}", plan.setup,
                      plan.burst ? "all at once" : "one at a time"));
      auto measured = MeasureDelivery(plan, surroundings_.progress);
      DeliveryRecord record;
      if (measured) {
        record = std::move(*measured);
      } else {
        Say(fmt::format("delivery on {}: {}", plan.setup,
                        measured.error().message));
        record.setup = plan.setup;
        record.skipped = measured.error().message;
      }
      measurement_.results.deliveries.push_back(std::move(record));
      if (auto saved = Save(); !saved) return saved;
    }
    return {};
  }

  Result<void> Ceilings() {
    CeilingPlan plan;
    plan.highest = size_.highest;
    plan.resolution = size_.resolution;
    // Less sure than `smsweb-bench ceiling`, and a quarter of its time.
    plan.confirmations = 1;
    plan.requests_per_connection = 1;
    for (const std::string& setup :
         size_.smallest ? std::vector{std::string(kShippedDesign)}
                        : SetupNames()) {
      if (!Wanted(setup, options_)) continue;
      Say("the ceiling of " + setup);
      measurement_.results.ceilings.push_back(
          CeilingOf(setup, OptionsFor(surroundings_), plan, surroundings_));
      if (auto saved = Save(); !saved) return saved;
    }
    return {};
  }

  Reproduction Reproduce() {
    Say("the paper's 252");
    auto done = ReproduceOnOurs(surroundings_);
    if (done) return *done;
    Reproduction reproduction;
    reproduction.skipped = done.error().message;
    return reproduction;
  }

  const ReportOptions& options_;
  const Surroundings& surroundings_;
  const std::filesystem::path out_;
  const Size size_;
  Measurement measurement_;
};

ModemNeed NeedOf(const ReportOptions& options) {
  return {
      .rate = options.rate, .seconds = options.seconds, .wait = options.wait};
}

// What would be found wrong only when all is measured.
Result<void> CanBeWritten(const ReportOptions& options) {
  const auto plan = ModemsNeeded(NeedOf(options));
  if (!plan) return std::unexpected(plan.error());
  return CanDraw();
}

int Write(const Results& results, const std::filesystem::path& out,
          const ReportOptions& options) {
  const ReportPlan plan{.folder = out, .need = NeedOf(options)};
  if (const auto written = WriteReport(results, plan); !written) {
    return Complain(written.error());
  }
  fmt::print("{}\n{}\n", (out / "report.html").string(),
             (out / "report.md").string());
  return 0;
}

}  // namespace

void Declare(CLI::App& app, ReportOptions& options) {
  auto* from =
      app.add_option("--from", options.from,
                     "Measure nothing: write the report of this folder anew")
          ->type_name("FOLDER");
  app.add_option("--out", options.out, "Folder for the report and its data")
      ->type_name("FOLDER")
      ->default_str(kOtherwise)
      ->excludes(from);
  app.add_option("--size", options.size,
                 "full (about a quarter of an hour), quick, or smoke: as short "
                 "as can be, figures that mean nothing")
      ->check(CLI::IsMember({"full", "quick", "smoke"}))
      ->capture_default_str()
      ->excludes(from);
  app.add_option("--setup", options.setups, "Only these set-ups")
      ->delimiter(',')
      ->excludes(from);
  DeclareCases(app, options.cases)->excludes(from);
  app.add_option("--rate", options.rate,
                 "For the plan of modems: messages a second that come")
      ->capture_default_str();
  app.add_option("--seconds", options.seconds,
                 "... seconds that a modem takes for one")
      ->capture_default_str();
  app.add_option("--wait", options.wait,
                 "... seconds that 95 % of them may wait at the most")
      ->capture_default_str();
}

int RunReport(const ReportOptions& options, const Surroundings& surroundings) {
  if (!options.from.empty()) {
    const auto results =
        ReadResults(std::filesystem::path(options.from) / "results.json");
    if (!results) return Complain(results.error());
    return Write(*results, options.from, options);
  }
  if (const auto known = CheckSetups(options.setups); !known) {
    return Complain(known.error());
  }
  if (const auto can = CanBeWritten(options); !can) {
    return Complain(can.error());
  }
  const auto repository = ReadCases(surroundings, options.cases);
  if (!repository) return Complain(repository.error());
  const auto out = MakeOut(options.out, kOtherwise);
  if (!out) return Complain(out.error());
  const auto results = Report(options, surroundings, *out).Measure(*repository);
  if (!results) return Complain(results.error());
  if (const auto written = WriteResults(*results, *out / "results.json");
      !written) {
    return Complain(written.error());
  }
  return Write(*results, *out, options);
}

}  // namespace smsweb::bench
