// smsweb send --file.
#include <fmt/format.h>

#include <utility>

#include "common/message/import_json.h"
#include "common/message/importer.h"
#include "ctl/commands.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

// Differs where the messages would.
Digest256 FingerprintOf(const SendFileOptions& options,
                        std::optional<std::uint64_t> size,
                        std::string_view beginning) {
  const auto& [to, text, message_class, ttl, not_before, reference, report,
               repeat_unknown, callback_url, client, modem] = options.defaults;
  return Blake2b(
      {"smsweb send --file", size ? std::to_string(*size) : "",
       options.format == ImportFormat::kCsv ? "csv" : "jsonl", to, text,
       ToString(message_class), ttl ? std::to_string(ttl->count()) : "",
       not_before ? FormatRfc3339(*not_before) : "", reference,
       report ? (*report ? "report" : "no report") : "",
       repeat_unknown ? "repeat" : "", callback_url, client, modem, beginning});
}

ImportKey KeyOf(const SendFileOptions& options, const SendFileTools& tools,
                ImportSource* source) {
  return {.key = options.key,
          .fingerprint =
              FingerprintOf(options, tools.size, Peek(source, kFingerprinted)),
          .life = tools.config.endpoint.idempotency_life};
}

std::string Counts(const ImportProgress& progress) {
  return fmt::format("{} lines, {} accepted, {} rejected", progress.lines,
                     progress.accepted, progress.rejected);
}

// Told after each piece.
class Meter {
 public:
  explicit Meter(const SendFileTools& tools)
      : tools_(tools), begun_(tools.clock.Mono()) {}
  ~Meter() { tools_.status(""); }
  Meter(const Meter&) = delete;

  void Tell(const ImportProgress& progress) {
    using Seconds = std::chrono::duration<double>;
    if (first_ < 0) first_ = progress.lines;
    const double seconds = Seconds(tools_.clock.Mono() - begun_).count();
    const auto lines = static_cast<double>(progress.lines - first_);
    std::string line =
        "batch " + ToString(progress.batch) + ": " + Counts(progress);
    if (lines > 0 && seconds > 0) {
      line += fmt::format(", {:.0f} lines/s", lines / seconds);
    }
    tools_.status(line);
  }

 private:
  const SendFileTools& tools_;
  const MonoTime begun_;
  std::int64_t first_ = -1;
};

std::string ErrorLines(const ImportProgress& progress) {
  std::string text;
  for (const ImportError& error : progress.errors) {
    text += fmt::format("line {}: {}: {}\n", error.line,
                        Printable(error.to, /*lines=*/false), error.detail);
  }
  if (progress.errors_left_out > 0) {
    text += fmt::format("and {} more\n", progress.errors_left_out);
  }
  return text;
}

// How to go on, where something was taken. A mended file is another one to the
// key that it had.
std::string Rest(const ImportStop& stop, const SendFileOptions& options,
                 const ImportOutcome& outcome) {
  if (!outcome.batch || outcome.progress.lines == 0) return "";
  const bool by_batch =
      options.key.empty() || stop.kind == ImportStop::Kind::kFault;
  return fmt::format(
      "\nbefore it: {}; go on behind them with {}", Counts(outcome.progress),
      by_batch ? "--resume " + ToString(*outcome.batch) : "the same --key");
}

Failure Stopped(const ImportStop& stop, const SendFileOptions& options,
                const ImportOutcome& outcome) {
  Failure failure{.details =
                      outcome.batch ? ImportJson(outcome) : Json::object()};
  switch (stop.kind) {
    case ImportStop::Kind::kEmpty:
      failure.exit = ExitCode::kRefused;
      failure.code = "empty_import";
      failure.message = "there is no message in the file";
      break;
    case ImportStop::Kind::kKeyReused:
      failure.exit = ExitCode::kRefused;
      failure.code = "idempotency_key_reused";
      failure.message = "this key was used for another file";
      break;
    case ImportStop::Kind::kFault:
      failure.exit = ExitCode::kRefused;
      failure.code = stop.fault.what.code;
      failure.message =
          fmt::format("line {}: {}", stop.fault.line, stop.fault.what.detail);
      failure.details["line"] = stop.fault.line;
      break;
    case ImportStop::Kind::kOvertaken:
      failure.code = "import_under_way";
      failure.message = "another program goes on with this batch";
      break;
    case ImportStop::Kind::kInterrupted:
    case ImportStop::Kind::kStore:
      failure = StoreFailure(stop.error, "batch_not_found",
                             std::move(failure.details));
  }
  failure.message += Rest(stop, options, outcome);
  return failure;
}

Report Taken(const ImportOutcome& outcome) {
  const ImportProgress& progress = outcome.progress;
  Report report{.text = fmt::format("{}\n{}{}\n", ToString(*outcome.batch),
                                    outcome.repeated ? "taken before: " : "",
                                    Counts(progress)),
                .json = ImportJson(outcome)};
  report.text += ErrorLines(progress);
  if (progress.rejected > 0) report.exit = ExitCode::kRefused;
  return report;
}

}  // namespace

Outcome SendFile(const SendFileOptions& options, const SendFileTools& tools) {
  ImportSource source{.read = tools.read};
  ImportRequest request{.resumed = options.resumed};
  if (!options.key.empty()) request.key = KeyOf(options, tools, &source);
  const auto reader =
      MakeImportReader(options.format, options.defaults, std::move(source));
  ImportOutcome outcome;
  {
    Meter meter(tools);
    outcome = RunImport(*reader, request,
                        {.config = tools.config,
                         .recipients = tools.recipients,
                         .windows = tools.windows,
                         .clock = tools.clock,
                         .random = tools.random,
                         .store = tools.store,
                         .go_on = [&](const ImportProgress& progress) {
                           meter.Tell(progress);
                           (void)tools.wake();  // told at the end
                           return true;
                         }});
  }
  if (outcome.stop) {
    return std::unexpected(Stopped(*outcome.stop, options, outcome));
  }
  Report report = Taken(outcome);
  const auto woken = tools.wake();
  report.json["spooler"] = SpoolerJson(woken);
  report.note = NoteOf(woken, tools.config);
  return report;
}

}  // namespace smsweb::ctl
