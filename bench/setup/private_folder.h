// The folder that one set-up has to itself, for as long as it lives. Where root
// starts it, programs run as another user, who reads in it and writes only in
// folders that were given to him: root never opens, runs or gives away what he
// could have put there. Closed to all others.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/process/child.h"
#include "bench/setup/layout.h"
#include "common/base/error.h"

namespace smsweb::bench {

// As whom a set-up runs: www-data where we are root, since Apache refuses to
// serve as root, and a queue that two users write to is no queue; else we
// ourselves (none). kUnavailable: there is no www-data.
Result<std::optional<User>> UserOfSetups();

// Whether private folders may be made in a folder, which has an absolute path;
// kInvalid with the reason. Its name: configurations would break at a
// character, or sockets would have too long a path. Pure.
Result<void> CheckName(const std::filesystem::path& parent);
// What it is kept on: memory, which no message waits for.
Result<void> CheckDisk(const std::filesystem::path& parent);
// The way to it: closed to the user.
Result<void> CheckWay(const std::filesystem::path& parent,
                      const std::optional<User>& user);

class PrivateFolder {
 public:
  // In a folder that is good for it.
  static Result<PrivateFolder> Make(const std::filesystem::path& parent,
                                    std::optional<User> user, bool keep);
  PrivateFolder(PrivateFolder&& other) noexcept;
  PrivateFolder& operator=(PrivateFolder&&) = delete;
  ~PrivateFolder();  // removes it, unless it is kept

  const Layout& layout() const { return layout_; }
  const std::optional<User>& user() const { return user_; }

  // Paths are below the folder, whose folders have to be there, and not the
  // user's.
  Result<void> MakeFolder(const std::filesystem::path& path) const;
  Result<void> MakeUsersFolder(const std::filesystem::path& path) const;
  Result<void> Write(const std::filesystem::path& path,
                     std::string_view text) const;
  Result<void> CopyFiles(const std::filesystem::path& from,
                         const std::filesystem::path& to) const;
  // Programs, and the modules that they look for in ../lib/smsweb: linked or
  // copied, for where they are may be closed to the user. kUnavailable: one is
  // not there.
  Result<void> LinkPrograms(const std::filesystem::path& from,
                            const std::vector<std::string>& names) const;

 private:
  PrivateFolder(Layout layout, std::optional<User> user, bool keep)
      : layout_(std::move(layout)), user_(user), keep_(keep) {}

  Layout layout_;
  std::optional<User> user_;
  bool keep_;
};

}  // namespace smsweb::bench
