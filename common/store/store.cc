#include "common/store/store.h"

namespace smsweb {

std::unexpected<Error> RecipientOptedOut() {
  return Fail(ErrorKind::kConflict,
              "the recipient wants no messages: the number is on the "
              "do-not-send list (smsweb optout)");
}

Result<void> InsertOne(Store& store, const NewMessage& message,
                       std::optional<WallTime> conversations_since) {
  const Intake intake{.messages = {message},
                      .conversations_since = conversations_since};
  const Intake* const intakes[] = {&intake};
  const auto outcomes = store.Insert(intakes);
  if (!outcomes) return std::unexpected(outcomes.error());
  if (!outcomes->front().opted_out.empty()) return RecipientOptedOut();
  return {};
}

Result<std::vector<std::size_t>> InsertAll(
    Store& store, std::span<const NewMessage> messages) {
  const Intake intake{.messages = {messages.begin(), messages.end()}};
  const Intake* const intakes[] = {&intake};
  auto outcomes = store.Insert(intakes);
  if (!outcomes) return std::unexpected(outcomes.error());
  return std::move(outcomes->front().opted_out);
}

}  // namespace smsweb
