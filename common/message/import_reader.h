// Files of messages, read as they come: a table with a heading (CSV), or a JSON
// object a line. What is wrong with one message is told with it; what makes
// everything behind it doubtful ends the import.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/message/draft.h"
#include "common/message/field_fault.h"

namespace smsweb {

enum class ImportFormat : std::uint8_t { kCsv, kJsonLines };

// Where the bytes come from.
struct ImportSource {
  // 0: there are no more. A fault ends the import.
  std::function<std::expected<std::size_t, FieldFault>(char* buffer,
                                                       std::size_t size)>
      read;
  // Nobody knows whether the end is the end: a last line without its line break
  // may have been cut.
  bool may_be_cut = false;
};

// What comes first of it, `size` bytes where it has so many; they will be read
// again.
std::string Peek(ImportSource* source, std::size_t size);

struct ImportRow {
  std::int64_t first_line = 0;  // from 1
  std::int64_t last_line = 0;
  std::string to;  // as it was written, where it could be read
  std::expected<Draft, FieldFault> draft;
};

struct ImportFault {
  std::int64_t line = 0;
  FieldFault what;
};

class ImportReader {
 public:
  virtual ~ImportReader() = default;
  // The next message; none at the end.
  virtual std::expected<std::optional<ImportRow>, ImportFault> Next() = 0;
};

// `defaults` has what a message does not say. Nothing is read yet.
std::unique_ptr<ImportReader> MakeImportReader(ImportFormat format,
                                               Draft defaults,
                                               ImportSource source);

}  // namespace smsweb
