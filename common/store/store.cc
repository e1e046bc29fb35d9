#include "common/store/store.h"

namespace smsweb {

std::unexpected<Error> RecipientOptedOut() {
  return Fail(ErrorKind::kConflict,
              "the recipient wants no messages: the number is on the "
              "do-not-send list (smsweb optout)");
}

Result<void> InsertOne(Store& store, const NewMessage& message) {
  const auto opted_out = store.Insert({&message, 1});
  if (!opted_out) return std::unexpected(opted_out.error());
  if (!opted_out->empty()) return RecipientOptedOut();
  return {};
}

}  // namespace smsweb
