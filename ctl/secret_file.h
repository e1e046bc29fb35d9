// verify.secret_file, made and changed (common/secret/key_ring.h says what is
// in it). At whatever instant the machine dies, there is the whole old file or
// the whole new one, and nobody else may read either.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "ctl/queue_access.h"

namespace smsweb::ctl {

using SecretLines = std::vector<std::string>;  // the newest first

// KeyRing::Load's errors.
Result<SecretLines> ReadSecretFile(const std::string& path);

// Of mode 0600, with this line. `owner`: to whom it is given. kConflict: a file
// is there.
Result<void> MakeSecretFile(const std::string& path, const std::string& line,
                            const std::optional<FileOwner>& owner);

// Its lines as `change` leaves them; owner, group and mode stay as they are.
// As above; kConflict where somebody else changes it.
Result<void> ChangeSecretFile(const std::string& path,
                              const std::function<void(SecretLines&)>& change);

}  // namespace smsweb::ctl
