#include "common/secret/key_ring.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>

namespace smsweb {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr mode_t kNobodyElse = S_IWGRP | S_IXGRP | S_IRWXO;

KeyRing::Version VersionOf(const struct stat& status) {
  return {status.st_ino, status.st_size,
          status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

Result<void> CheckMode(const std::string& path, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) {
    return Fail(ErrorKind::kInvalid, path + ": it is no file");
  }
  if ((status.st_mode & kNobodyElse) == 0) return {};
  return Fail(ErrorKind::kInvalid,
              fmt::format("{}: others may read or change it (mode {:04o}): "
                          "chmod 0600 it, and if it was so for long, "
                          "\"smsweb secret rotate\"",
                          path, status.st_mode & 07777));
}

}  // namespace

std::string MakeSecretLine(Random& random) {
  std::array<std::uint8_t, kKeySize> key;
  random.Fill(key);
  return ToBase64(key);
}

Result<SecretKey> ParseSecretLine(std::string_view line) {
  const auto bytes = FromBase64(line);
  if (!bytes || bytes->size() != kKeySize) {
    return Fail(ErrorKind::kInvalid,
                "it is no key: a key is 32 bytes in base64 (\"smsweb secret "
                "init\" makes one; the line is not shown)");
  }
  SecretKey key{.code = HmacSha256(*bytes, "smsweb code"),
                .text = HmacSha256(*bytes, "smsweb text")};
  const Digest256 id = HmacSha256(*bytes, "smsweb id");
  std::copy_n(id.begin(), key.id.size(), key.id.begin());
  return key;
}

Result<std::shared_ptr<KeyRing>> KeyRing::Load(const std::string& path) {
  std::shared_ptr<KeyRing> ring(new KeyRing(path));
  if (auto read = ring->Read(); !read) return std::unexpected(read.error());
  return ring;
}

Result<void> KeyRing::Read() {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) return FailErrno(path_, errno);
  if (auto checked = CheckMode(path_, status); !checked) return checked;
  std::ifstream file(path_);
  if (!file) return FailErrno(path_, errno);
  std::vector<SecretKey> keys;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty()) continue;
    auto key = ParseSecretLine(line);
    if (!key) {
      return Fail(key.error().kind,
                  fmt::format("{}:{}: {}", path_, number, key.error().message));
    }
    keys.push_back(*key);
  }
  if (keys.empty()) {
    return Fail(ErrorKind::kInvalid,
                path_ + ": it is empty: \"smsweb secret init\" makes a key");
  }
  keys_ = std::move(keys);
  version_ = VersionOf(status);
  return {};
}

void KeyRing::ReadIfChanged() {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) return;
  const Version version = VersionOf(status);
  if (version == version_) return;
  const auto read = Read();
  version_ = version;
  if (!read && tell_) tell_(read.error());
}

SecretKey KeyRing::Newest() {
  const std::lock_guard lock(mutex_);
  ReadIfChanged();
  return keys_.front();
}

std::optional<SecretKey> KeyRing::Find(const KeyId& id) {
  const std::lock_guard lock(mutex_);
  ReadIfChanged();
  const auto found = std::ranges::find(keys_, id, &SecretKey::id);
  if (found == keys_.end()) return std::nullopt;
  return *found;
}

}  // namespace smsweb
