// The command line, checked: which command, with which values.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/clock.h"
#include "common/base/uuid.h"
#include "common/message/draft.h"
#include "common/message/import_reader.h"
#include "common/store/client_key.h"
#include "common/store/limit.h"
#include "common/store/message.h"
#include "common/verify/start.h"
#include "ctl/outcome.h"
#include "ctl/pdu_options.h"

namespace smsweb::ctl {

struct SendOptions {
  std::string to;
  std::string text;  // "-": from standard input
  MessageClass message_class = MessageClass::kTransactional;
  std::optional<std::chrono::seconds> ttl;
  std::optional<WallTime> not_before;
  std::string reference;
  std::optional<bool> report;  // none: what the configuration says
  std::string modem;           // empty: any
};

struct SendFileOptions {
  std::string file;  // "-": standard input
  ImportFormat format = ImportFormat::kCsv;
  Draft defaults;               // for what its lines do not say
  std::string key;              // makes it one that is taken once; or empty
  std::optional<Uuid> resumed;  // goes on with this batch
};

struct CancelOptions {
  std::vector<Uuid> ids;
};

struct BatchOptions {
  Uuid id;
};

struct ShowOptions {
  Uuid id;
  bool text = false;
};

struct QueueOptions {
  std::optional<MessageState> state;
  std::string to;  // as it was typed; empty: everybody
  int limit = 20;
  std::optional<Uuid> after;
};

struct InboxOptions {
  std::optional<Uuid> id;  // this one alone
  std::string from;        // as it was typed; empty: everybody
  int limit = 20;
  std::optional<Uuid> after;
};

struct OptOutOptions {
  enum class Action : std::uint8_t { kList, kAdd, kRemove };
  Action action = Action::kList;
  std::string number;  // as it was typed
  std::string note;
  int limit = 1000;
  std::string after;  // the last number of the page before
};

struct DbOptions {
  enum class Action : std::uint8_t { kCheck, kBackup, kRestore, kCompact };
  Action action = Action::kCheck;
  std::string file;     // the backup; for kCheck empty: the queue
  bool full = false;    // kCheck: each index entry, too
  bool force = false;   // kBackup: over a file that is there
  bool resend = false;  // kRestore: what waited in it is sent
};

struct SecretOptions {
  enum class Action : std::uint8_t { kInit, kRotate, kPrune, kCheck };
  Action action = Action::kCheck;
  std::string file;  // empty: the one of the configuration
  bool yes = false;  // kPrune: it is meant
};

struct KeyOptions {
  enum class Action : std::uint8_t { kAdd, kList, kRevoke };
  Action action = Action::kList;
  std::string name;  // the client's; for kRevoke, or the id of a key
  Scopes scopes = 0;
  std::vector<KeyLimit> limits;
  std::vector<std::string> networks;  // CIDR
  bool another = false;               // kAdd: besides those of this client
  bool all = false;                   // kList: revoked ones, too
};

struct GuardOptions {
  enum class Action : std::uint8_t { kList, kResume };
  Action action = Action::kList;
  LimitPer per = LimitPer::kPrefix;
  std::string key;
};

struct AuditOptions {
  int limit = 50;
  std::int64_t before = 0;  // a sequence; 0: from the newest
};

struct VerifyStartOptions {
  VerificationOrder order;
};

struct VerifyCheckOptions {
  std::optional<Uuid> id;
  std::string number;  // as it was typed; where there is no id
  std::string code;    // never from the command line
};

struct VerifyShowOptions {
  Uuid id;
};

struct VerifyCancelOptions {
  Uuid id;
};

struct ModemShowOptions {
  std::string name;
};

struct ModemUssdOptions {
  std::string name;
  std::string code;  // digits, '*' and '#'
  std::chrono::seconds timeout{60};
};

struct ModemListOptions {};
struct ConfigCheckOptions {};

struct ModemProbeOptions {
  std::string device;  // empty: list the ports
  std::optional<int> baud;
  bool trace = false;
};

using Command =
    std::variant<SendOptions, SendFileOptions, CancelOptions, BatchOptions,
                 ShowOptions, QueueOptions, InboxOptions, OptOutOptions,
                 DbOptions, SecretOptions, KeyOptions, GuardOptions,
                 AuditOptions, VerifyStartOptions, VerifyCheckOptions,
                 VerifyShowOptions, VerifyCancelOptions, ModemListOptions,
                 ModemShowOptions, ModemUssdOptions, ModemProbeOptions,
                 PduDecodeOptions, PduEncodeOptions, ConfigCheckOptions>;

struct Options {
  std::string config;  // what --config said, or empty
  bool json = false;
  Command command;
};

// There is no command to run: help or a version was asked for, and is to be
// printed, or the command line is wrong.
struct NoCommand {
  std::string print;
  std::optional<Failure> failure;
  bool json = false;
};

std::expected<Options, NoCommand> ParseOptions(int argc,
                                               const char* const* argv);

}  // namespace smsweb::ctl
