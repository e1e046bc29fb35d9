// Files that a queue or its backup is made of, moved about: what must not be
// half done when the machine dies.
#pragma once

#include <optional>
#include <string>

#include "common/base/error.h"
#include "common/base/unique_fd.h"

namespace smsweb::ctl {

bool FileExists(const std::string& path);
bool IsSameFile(const std::string& a, const std::string& b);

// One of those that SQLite and the spooler keep beside the queue.
bool BelongsToQueue(const std::string& path, const std::string& queue);

// A new file of mode 0600, beside `path`; its name. Nobody else's, whatever was
// left there.
Result<std::string> MakeBeside(const std::string& path);

// The bytes of an open file into one that is there.
Result<void> CopyBytes(int from, const std::string& to);

Result<void> SyncFile(const std::string& path);
Result<void> SyncFolderOf(const std::string& path);

// `from` takes the place of `to`. Unless `replace`, kConflict where a file is
// there.
Result<void> MoveFile(const std::string& from, const std::string& to,
                      bool replace);

// Keeps every SQLite away from a file; none: one has it open.
Result<std::optional<UniqueFd>> TakeFromSqlite(const std::string& path);

}  // namespace smsweb::ctl
