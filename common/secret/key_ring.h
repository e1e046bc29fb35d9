// The keys under which codes are kept: a file that is not the database
// (verify.secret_file), so that whoever has one of them has no code.
//
// The file has a key a line, 32 bytes in base64 (RFC 4648 § 4). The first is
// the one for what is new; those below it still serve what was begun under
// them: a rotation puts a new key above the old one. Nobody but its owner, and
// a group that may read it, has any right to it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/digest.h"
#include "common/base/error.h"
#include "common/base/random.h"

namespace smsweb {

// Tells keys apart, and tells nothing of them.
using KeyId = std::array<std::uint8_t, 8>;

// One line of the file, as two keys: each serves one purpose.
struct SecretKey {
  KeyId id{};
  Digest256 code{};  // codes are derived under it
  Digest256 text{};  // texts are sealed under it
};

class KeyRing {
 public:
  // kUnavailable: the file is not there, or can't be read; kInvalid: it is no
  // such file, or others may read it. Errors name the file.
  static Result<std::shared_ptr<KeyRing>> Load(const std::string& path);

  // `tell` hears why a file that was changed later can't be used, once for each
  // version of it: the keys that are known stay. Before other threads have it.
  using Tell = std::function<void(const Error& error)>;
  void OnTrouble(Tell tell) { tell_ = std::move(tell); }

  // What tells one version of the file from another.
  struct Version {
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_at = 0;  // nanoseconds

    bool operator==(const Version&) const = default;
  };

  // Safe from several threads, all of them.
  //
  // The file is read again where it has changed: keys come while programs run.
  // What can't be read leaves those that are known.
  SecretKey Newest();
  // None: it is not there (any more).
  std::optional<SecretKey> Find(const KeyId& id);

 private:
  explicit KeyRing(std::string path) : path_(std::move(path)) {}
  Result<void> Read();
  void ReadIfChanged();

  const std::string path_;
  Tell tell_;
  std::mutex mutex_;
  std::vector<SecretKey> keys_;  // never empty
  Version version_{};            // of the file that they are from
};

// What the file is made of.
std::string MakeSecretLine(Random& random);
// kInvalid, and never with what is in the line.
Result<SecretKey> ParseSecretLine(std::string_view line);

}  // namespace smsweb
