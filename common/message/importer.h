// Takes a file of messages into the queue, piece by piece: a piece is one
// transaction, which also says how far the file was read. So an import that was
// interrupted, at whatever moment, goes on behind the lines that were taken,
// and takes none of them twice; nor do two importers of one batch.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/digest.h"
#include "common/base/error.h"
#include "common/base/random.h"
#include "common/config/config.h"
#include "common/message/import_reader.h"
#include "common/number/recipient.h"
#include "common/store/store.h"
#include "common/window/sending_windows.h"

namespace smsweb {

struct ImportError {
  std::int64_t line = 0;
  std::string to;  // as it was written, or its beginning
  std::string code;
  std::string detail;
};

// As far as it is committed.
struct ImportProgress {
  Uuid batch;
  std::int64_t accepted = 0;
  std::int64_t rejected = 0;
  std::int64_t lines = 0;           // of the file, the heading among them
  std::vector<ImportError> errors;  // the first of this run
  std::int64_t errors_left_out = 0;
};

inline constexpr std::size_t kMostImportErrors = 1000;

// Why it ended before the end of the file.
struct ImportStop {
  enum class Kind : std::uint8_t {
    kEmpty,        // there is no message in the file; nothing was made
    kFault,        // the file is at fault: `fault`
    kKeyReused,    // the key was used for something else
    kStore,        // `error`
    kOvertaken,    // another importer of this batch is faster
    kInterrupted,  // whoever called wanted it so
  };
  Kind kind;
  ImportFault fault{};
  Error error{};
};

struct ImportTools {
  const Config& config;
  RecipientParser& recipients;
  SendingWindows& windows;
  const Clock& clock;
  Random& random;
  Store& store;
  // After each piece; false: no more.
  std::function<bool(const ImportProgress&)> go_on;
};

// So much of the beginning of a file tells it from others, with its length.
inline constexpr std::size_t kFingerprinted = 65536;

struct ImportKey {
  std::string key;
  Digest256 fingerprint{};
  std::chrono::seconds life{};
};

struct ImportRequest {
  std::string client;
  // With a key, what was begun under it is gone on with.
  std::optional<ImportKey> key;
  // This batch is gone on with.
  std::optional<Uuid> resumed;
};

struct ImportOutcome {
  std::optional<Uuid> batch;  // none: nothing was made
  ImportProgress progress;
  bool repeated = false;  // it had been finished before
  std::optional<ImportStop> stop;
};

// To the end of the file, if nothing stops it. What is good before a fault is
// taken.
ImportOutcome RunImport(ImportReader& reader, const ImportRequest& request,
                        const ImportTools& tools);

}  // namespace smsweb
