#include "common/store/store.h"

#include <utility>

namespace smsweb {

std::unexpected<Error> RecipientOptedOut() {
  return Fail(ErrorKind::kConflict,
              "the recipient wants no messages: the number is on the "
              "do-not-send list (smsweb optout)");
}

Result<IntakeOutcome> InsertIntake(Store& store, const Intake& intake) {
  const Intake* const intakes[] = {&intake};
  auto outcomes = store.Insert(intakes);
  if (!outcomes) return std::unexpected(outcomes.error());
  return std::move(outcomes->front());
}

}  // namespace smsweb
