// The paper's 252, and what moves it.
#include "bench/figures/figures.h"
#include "bench/report/sections.h"

namespace smsweb::bench {
namespace {

Text OutcomeOf(const Reproduction::Trial& trial) {
  const std::string outcome = trial.completed ? "completed" : "gave up";
  if (trial.completed == trial.expected) return outcome;
  return StrongText(outcome + ", which was not expected");
}

Text Descriptors(std::uint64_t count) {
  return count == 0 ? Text("as it was") : Text(Grouped(count));
}

Table TableOf(const Reproduction& reproduction) {
  Table table{.columns = {{"trial"},
                          {"descriptors of ab", true},
                          {"of the server", true},
                          {"at once", true},
                          {"outcome"},
                          {"in ab's words"}}};
  for (const auto& trial : reproduction.trials) {
    table.rows.push_back(
        {{trial.what, Descriptors(trial.client_descriptors),
          Descriptors(trial.server_descriptors), Grouped(trial.concurrency),
          OutcomeOf(trial), CodeText(trial.words)}});
  }
  return table;
}

Note Verdict(const Reproduction& reproduction) {
  if (reproduction.AsSaid()) {
    return {Note::Kind::kGood,
            StrongText("Reproduced.") +
                " The ceiling of 252 is the client's: ab holds one descriptor "
                "for each connection, beside 0, 1, 2 and that of its poll set. "
                "With 256 it ends at 252; its own limit moves that, the "
                "server's does not."};
  }
  return {Note::Kind::kWarning, StrongText("Not all came out as expected.") +
                                    " The trials that did not are marked."};
}

std::string CommandsOf(const Reproduction& reproduction) {
  std::string text;
  for (const auto& trial : reproduction.trials) text += trial.command + "\n";
  return text;
}

}  // namespace

void AddReproduction(const Material& material, Document& document) {
  document.Add(Heading{2, "The paper's 252"});
  document.Add(Paragraph{
      "The paper found no more than 252 at once, raised the server's limit of "
      "open files to 7,000,000 and moved to another machine, and still found "
      "252. It suspected Python."});
  const auto& reproduction = material.results.reproduction;
  if (!reproduction || !reproduction->skipped.empty()) {
    document.Add(Paragraph{
        "It was not tried here" +
        (reproduction ? ": " + reproduction->skipped : std::string(".")) +
        " smsweb-bench ceiling --reproduce-252 does."});
    return;
  }
  document.Add(Verdict(*reproduction));
  document.Add(Paragraph{"Against " + reproduction->server + ", " +
                         CodeText(reproduction->url) + "."});
  document.Add(TableOf(*reproduction));
  document.Add(Fold{"The commands", {Code{CommandsOf(*reproduction)}}});
}

}  // namespace smsweb::bench
