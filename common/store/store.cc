#include "common/store/store.h"

#include <utility>

namespace smsweb {

std::unexpected<Error> RecipientOptedOut() {
  return Fail(ErrorKind::kConflict,
              "the recipient wants no messages: the number is on the "
              "do-not-send list (smsweb optout)");
}

Result<std::vector<IntakeOutcome>> InsertIntakes(
    Store& store, std::span<const Intake* const> intakes) {
  const std::vector<Change> changes(intakes.begin(), intakes.end());
  auto applied = store.Apply(changes);
  if (!applied) return std::unexpected(applied.error());
  std::vector<IntakeOutcome> outcomes;
  outcomes.reserve(applied->size());
  for (ChangeOutcome& outcome : *applied) {
    outcomes.push_back(std::get<IntakeOutcome>(std::move(outcome)));
  }
  return outcomes;
}

Result<IntakeOutcome> InsertIntake(Store& store, const Intake& intake) {
  auto outcome = ApplyChange(store, &intake);
  if (!outcome) return std::unexpected(outcome.error());
  return std::get<IntakeOutcome>(std::move(*outcome));
}

Result<ChangeOutcome> ApplyChange(Store& store, const Change& change) {
  auto outcomes = store.Apply({&change, 1});
  if (!outcomes) return std::unexpected(outcomes.error());
  return std::move(outcomes->front());
}

}  // namespace smsweb
