// The tables of the configuration that have more to say than a few ranges, each
// in a file of its own. For common/config alone.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/config/table_reader.h"

namespace smsweb {

// The key `languages` of [message].
void ReadLanguages(TableReader& table,
                   std::map<std::string, std::vector<std::string>>* languages);

void ReadInbox(TableReader table, const Environment& environment,
               Secrets secrets, InboxConfig* out);

void ReadWindows(TableReader table, WindowsConfig* out);
void ReadRetention(TableReader table, RetentionConfig* out);

void ReadCallback(TableReader table, const Environment& environment,
                  Secrets secrets, CallbackConfig* out);

void ReadVerify(TableReader table, VerifyConfig* out);
// `home`: message.default_region, whose numbers are allowed unless others are.
void ReadGuard(TableReader table, const std::string& home, bool needed,
               GuardConfig* out);

void ReadModems(const toml::table& root, const Environment& environment,
                Secrets secrets, ErrorList& errors,
                std::vector<ModemConfig>* out);

// Whose groups and names those of the modems must be.
void ReadRoutes(const toml::table& root, const std::vector<ModemConfig>& modems,
                ErrorList& errors, std::vector<RouteConfig>* out);

// "+", "+90": the beginning of a number, of at most the 15 digits that one has
// (ITU-T E.164).
bool IsNumberPrefix(std::string_view text);
bool IsRegion(std::string_view text);  // "ID"
// Of a modem, of a group: letters, digits, '-', '_' and '.'.
bool IsName(std::string_view text);
// "default" is the group whose lane has no name (common/store/lane.h).
std::string GroupNamed(std::string_view name);

// "PREFIXrest" -> rest.
std::optional<std::string> After(std::string_view prefix,
                                 const std::string& text);

// The key that webhooks are signed with; `for_whom` is why it can't be left
// out, or empty where it can.
void ReadWebhookSecret(TableReader& table, std::string_view key,
                       std::string_view for_whom,
                       const Environment& environment, Secrets secrets,
                       std::string* out);

// What a secret stands for; the error says why it can't be had, and never shows
// it.
Result<std::string> ResolveSecret(const std::string& text,
                                  const Environment& environment);

}  // namespace smsweb
