#include "bench/ceiling/ceiling_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/figures/figures.h"

namespace smsweb::bench {
namespace {

constexpr std::string_view kAboutShells =
    "The commands above do the same in a shell that has no descriptors open "
    "but "
    "0, 1 and 2 (ls -l /proc/$$/fd); ab inherits all others, and has so many "
    "fewer.";

// --- Layout ----------------------------------------------------------------

std::string Section(std::string_view title, std::string_view text) {
  if (text.empty()) return {};
  return fmt::format("\n{}:\n{}", title, Wrapped(text, "  "));
}

// --- A ceiling -------------------------------------------------------------

std::string StepLine(const CeilingRecord::Step& step) {
  return fmt::format("  {:>9} {:>9} {:>10} {:>10} {:>9} {:>9}  {}\n",
                     Grouped(step.concurrency), Grouped(step.peak_connected),
                     Grouped(step.requests), Grouped(step.succeeded),
                     Duration(step.seconds), Figure(step.goodput),
                     step.what_failed.empty() ? "nothing" : step.what_failed);
}

std::string Steps(const CeilingRecord& record) {
  if (record.steps.empty()) return {};
  std::string text = fmt::format(
      "\n  {:>9} {:>9} {:>10} {:>10} {:>9} {:>9}  {}\n", "at once", "connected",
      "requests", "2xx", "time", "2xx/s", "what failed");
  for (const auto& step : record.steps) text += StepLine(step);
  return text;
}

std::string HighestInWords(const CeilingRecord& record) {
  if (record.lowest_failing == 0) {
    return fmt::format("{} at once, the most that was tried: nothing failed.",
                       Grouped(record.highest));
  }
  if (record.highest == 0) {
    return fmt::format("none: {} at once failed.",
                       Grouped(record.lowest_failing));
  }
  return fmt::format("{} at once; {} at once failed.", Grouped(record.highest),
                     Grouped(record.lowest_failing));
}

std::string EvidenceLines(const CeilingRecord& record) {
  if (record.evidence.empty()) return {};
  std::string text = "\nEvidence:\n";
  for (const std::string& line : record.evidence) {
    text += fmt::format("  - {}\n", line);
  }
  return text;
}

std::string CauseInWords(const CeilingRecord& record) {
  if (record.cause.empty()) return {};
  return fmt::format("\nCause: {}\n{}", record.cause,
                     Wrapped(record.sentence, "  "));
}

// --- The paper's 252 -------------------------------------------------------

std::string TrialText(const Reproduction::Trial& trial) {
  std::string text =
      fmt::format("\n  {} at once: {}{}\n", Grouped(trial.concurrency),
                  trial.completed ? "completes" : "does not complete",
                  trial.completed == trial.expected ? "" : " (unexpected)");
  if (!trial.words.empty()) {
    text += fmt::format("    {}: {}\n", trial.completed ? "but" : "ab says",
                        trial.words);
  }
  return text + fmt::format("    {}\n", trial.command);
}

// Trials of the same limits one under the other.
std::string Trials(const Reproduction& reproduction) {
  std::string text;
  std::string_view last;
  for (const auto& trial : reproduction.trials) {
    if (trial.what != last) text += fmt::format("\n{}\n", trial.what);
    last = trial.what;
    text += TrialText(trial);
  }
  return text;
}

bool ServerWasMoved(const Reproduction& reproduction) {
  return std::ranges::any_of(
      reproduction.trials, [&](const Reproduction::Trial& trial) {
        return trial.server_descriptors !=
               reproduction.trials.front().server_descriptors;
      });
}

std::uint64_t OwnDescriptors(const Reproduction& reproduction) {
  const auto& first = reproduction.trials.front();
  return first.client_descriptors - first.concurrency;
}

std::string Conclusion(const Reproduction& reproduction) {
  if (!reproduction.AsSaid()) {
    return "This is not what the paper's 252 was explained by: see what is "
           "marked as unexpected.";
  }
  std::string text = fmt::format(
      "ab holds a descriptor for each connection, beside {} of its own: 0, 1, "
      "2 "
      "and the one it polls with. So its limit of descriptors decides how many "
      "connections it can have at once. The client's limit moves the ceiling.",
      OwnDescriptors(reproduction));
  text += ServerWasMoved(reproduction)
              ? " The server's limit does not."
              : " The server's limit was left as it is: this server is not "
                "ours to start.";
  return text;
}

}  // namespace

std::string ToText(const CeilingRecord& record) {
  const std::string title =
      record.setup_title.empty() ? record.setup : record.setup_title;
  std::string text = fmt::format("{} ({})\n", title, record.setup);
  if (!record.skipped.empty()) {
    return text + Wrapped("not tried: " + record.skipped, "  ");
  }
  text += Steps(record);
  text += fmt::format("\nCeiling: {}\n", HighestInWords(record));
  text += CauseInWords(record) + EvidenceLines(record);
  return text + Section("To raise it", record.remedy);
}

std::string ToText(const Reproduction& reproduction) {
  if (!reproduction.skipped.empty()) {
    return Wrapped("not tried: " + reproduction.skipped, "");
  }
  return fmt::format(
      "The paper's 252, against {} ({})\n{}\n{}\n{}", reproduction.server,
      reproduction.url, Trials(reproduction),
      Wrapped(Conclusion(reproduction), ""), Wrapped(kAboutShells, ""));
}

}  // namespace smsweb::bench
