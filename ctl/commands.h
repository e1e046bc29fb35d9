// The commands, each a function from its options, the configuration and the
// queue to an outcome. What they print is in the outcome; nothing here writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/config/config.h"
#include "common/number/recipient.h"
#include "common/secret/key_ring.h"
#include "common/store/store.h"
#include "common/verify/guard.h"
#include "common/window/sending_windows.h"
#include "ctl/modem_limits.h"
#include "ctl/options.h"
#include "ctl/outcome.h"

namespace smsweb::ctl {

// What became of the ring after a commit.
enum class Wake : std::uint8_t { kHeard, kStarted, kNobody };

struct SendTools {
  const Config& config;
  Store& store;
  RecipientParser& recipients;
  SendingWindows& windows;
  WallTime now;
  Random& random;
  std::function<Result<Wake>()> wake;
};

// `options.text` is the text itself, wherever it came from.
Outcome Send(SendOptions options, const SendTools& tools);

// What is known of the ring, for people (often nothing) and for programs.
std::string NoteOf(const Result<Wake>& woken, const Config& config);
std::string_view SpoolerJson(const Result<Wake>& woken);

struct SendFileTools {
  const Config& config;
  Store& store;
  RecipientParser& recipients;
  SendingWindows& windows;
  const Clock& clock;
  Random& random;
  std::function<Result<Wake>()> wake;
  // The file.
  std::function<std::expected<std::size_t, FieldFault>(char* buffer,
                                                       std::size_t size)>
      read;
  std::optional<std::uint64_t> size;
  // A line that takes the place of the one before; an empty one ends them.
  std::function<void(std::string_view)> status;
};

Outcome SendFile(const SendFileOptions& options, const SendFileTools& tools);

struct CancelTools {
  Store& store;
  WallTime now;
  std::function<Result<Wake>()> wake;
};

Outcome Cancel(const CancelOptions& options, const CancelTools& tools);

Outcome ShowBatch(const BatchOptions& options, Store& store);

Outcome Show(const ShowOptions& options, Store& store);

// `width` is the terminal's; 0: there is none.
Outcome ShowQueue(const QueueOptions& options, Store& store,
                  RecipientParser& recipients, std::size_t width);

Outcome ShowInbox(const InboxOptions& options, Store& store,
                  RecipientParser& recipients, std::size_t width);

// Who does it, for the audit log: "root (sudo: alice)".
struct OptOutTools {
  Store& store;
  RecipientParser& recipients;
  WallTime now;
  std::string who;
  std::size_t width = 0;
};

Outcome OptOutCommand(const OptOutOptions& options, const OptOutTools& tools);

struct DbTools {
  const Config& config;
  WallTime now;
  std::function<void(std::string_view)> progress;
};

// Looks over the queue's file, copies it, puts a copy in its place, or writes
// it anew.
Outcome DbCommand(const DbOptions& options, const DbTools& tools);
// Its actions, each in a file of its own.
Outcome CheckDb(const DbOptions& options, const DbTools& tools);
Outcome BackUpDb(const DbOptions& options, const DbTools& tools);
Outcome RestoreDb(const DbOptions& options, const DbTools& tools);
Outcome CompactDb(const DbTools& tools);

using Recorder = std::function<Result<void>(const AuditEntry& entry)>;

struct SecretTools {
  const Config& config;
  WallTime now;
  std::string who;
  Random& random;
  Recorder record;  // in the audit log, where there is one
};

// verify.secret_file: what is printed never has a key in it.
Outcome SecretCommand(const SecretOptions& options, const SecretTools& tools);

struct KeyTools {
  Store& store;
  WallTime now;
  std::string who;
  Random& random;
  std::size_t width = 0;
};

Outcome KeyCommand(const KeyOptions& options, const KeyTools& tools);

struct GuardTools {
  const Config& config;
  Store& store;
  WallTime now;
  std::string who;
  std::size_t width = 0;
};

// Whom the conversion guard keeps out.
Outcome GuardCommand(const GuardOptions& options, const GuardTools& tools);

Outcome ShowAudit(const AuditOptions& options, Store& store, std::size_t width);

// What is done is done: where its entry can't be written, a note says so.
void RecordAct(const Recorder& record, const AuditEntry& entry, Report& report);

struct VerifyCommandTools {
  const Config& config;
  Store& store;
  RecipientParser& recipients;
  SendingWindows& windows;
  NumberFacts& facts;
  std::shared_ptr<KeyRing> keys;
  WallTime now;
  Random& random;
  std::function<Result<Wake>()> wake;
  std::string who;
};

Outcome StartVerification(const VerifyStartOptions& options,
                          const VerifyCommandTools& tools);
// kDone where it is approved, and nowhere else.
Outcome CheckVerification(const VerifyCheckOptions& options,
                          const VerifyCommandTools& tools);
Outcome ShowVerification(const VerifyShowOptions& options,
                         const VerifyCommandTools& tools);
Outcome CancelVerification(const VerifyCancelOptions& options,
                           const VerifyCommandTools& tools);

// The configuration has no verify.secret_file.
std::unexpected<Failure> FailVerificationsOff(const Config& config);
// The file is not there, or is none.
std::unexpected<Failure> FailSecret(const std::string& path,
                                    const Error& error);

// `recorded` is what the queue knows of modems, `limits` what their SIMs may
// still send.
Outcome ListModems(const Config& config,
                   const std::vector<ModemStatus>& recorded,
                   const ModemLimits& limits, bool spooler_runs,
                   std::size_t width);

Outcome ShowModem(const std::string& name, const Config& config,
                  const std::vector<ModemStatus>& recorded,
                  const ModemLimits& limits, bool spooler_runs);

// No modem is called so; names those there are.
std::unexpected<Failure> FailNoModem(const std::string& name,
                                     const Config& config);

struct UssdTools {
  const Config& config;
  Store& store;
  WallTime now;
  std::function<Result<Wake>()> wake;
  std::function<void(Millis)> pause;
};

// Asks, and waits for the answer of smswebd.
Outcome AskByUssd(const ModemUssdOptions& options, const UssdTools& tools);

// A PDU in hexadecimal digits, read.
Outcome DecodePdu(const PduDecodeOptions& options);

// `options.text` is the text itself. The parts, as AT+CMGS wants them.
Outcome EncodePdu(PduEncodeOptions options);

// `loaded` is what became of reading the file, and the profiles it names.
Outcome CheckConfig(const std::string& file, const Result<Config>& loaded);

// A configuration that can't be used; each of its errors is an item of
// `details`.
Failure Misconfigured(const std::string& file, const Error& error);

}  // namespace smsweb::ctl
