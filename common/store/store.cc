#include "common/store/store.h"

namespace smsweb {

std::unexpected<Error> RecipientOptedOut() {
  return Fail(ErrorKind::kConflict,
              "the recipient wants no messages: the number is on the "
              "do-not-send list (smsweb optout)");
}

Result<void> InsertOne(Store& store, const NewMessage& message) {
  const auto opted_out = InsertAll(store, {&message, 1});
  if (!opted_out) return std::unexpected(opted_out.error());
  if (!opted_out->empty()) return RecipientOptedOut();
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
