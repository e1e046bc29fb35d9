// Why SQLite can't have a file: it says that it can't, and not which, nor whom
// that belongs to.
#pragma once

#include <string>

namespace smsweb {

// The first of a queue's files that this process may not read and write, and
// whose it is: "; /srv/queue.db-wal belongs to root, and this program runs as
// www-data". Empty where it may have all of them.
std::string WhoseFilesBar(const std::string& queue);

}  // namespace smsweb
