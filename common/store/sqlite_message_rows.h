// Rows of the table of messages as values, and what becomes of a text. For the
// SQLite store alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/store/sqlite_db.h"
#include "common/store/store.h"

namespace smsweb {

// What CollectMessages() reads. `text` is what stands for the text.
std::string MessageColumns(std::string_view text = "text");

// The new text of a message that comes into `state`: none where it has ended,
// and is of a class whose texts go at once.
std::string TextIn(std::string_view state, bool keep_texts);

// Without their parts.
Result<std::vector<Message>> CollectMessages(SqliteStatement& statement);

class SqliteMessageRows {
 public:
  explicit SqliteMessageRows(SqliteDb& db);

  Result<std::vector<Message>> CollectWithParts(SqliteStatement& statement);
  Result<void> AddParts(Message& message);

 private:
  SqliteStatement parts_;
};

}  // namespace smsweb
