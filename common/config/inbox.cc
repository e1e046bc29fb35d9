// [inbox]: what becomes of what the modems receive.
#include <algorithm>

#include "common/config/sections.h"

namespace smsweb {
namespace {

constexpr std::size_t kLongestWord = 40;  // bytes

bool IsWebAddress(const std::string& text) {
  const auto rest = text.starts_with("https://") ? After("https://", text)
                                                 : After("http://", text);
  return rest && !rest->empty() && rest->front() != '/' &&
         std::ranges::all_of(
             text, [](unsigned char c) { return c > ' ' && c < 0x7F; });
}

void ReadWebhook(TableReader& table, const Environment& environment,
                 Secrets secrets, InboxConfig* out) {
  table.Read("webhook_url", &out->webhook_url);
  if (!out->webhook_url.empty() && !IsWebAddress(out->webhook_url)) {
    table.Refuse("webhook_url", "takes \"https://...\" or \"http://...\"");
  }
  ReadWebhookSecret(table, "webhook_secret",
                    out->webhook_url.empty() ? "" : "webhook_url", environment,
                    secrets, &out->webhook_secret);
}

std::string UpperCase(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

bool IsWord(const std::string& text) {
  return !text.empty() && text.size() <= kLongestWord &&
         !text.starts_with(' ') && !text.ends_with(' ') &&
         std::ranges::none_of(text, [](unsigned char c) { return c < ' '; });
}

void ReadWords(TableReader& table, std::string_view key,
               std::vector<std::string>* words) {
  table.Read(key, words);
  if (!std::ranges::all_of(*words, IsWord)) {
    table.Refuse(key, fmt::format("takes words of 1 to {} bytes, without space "
                                  "around them",
                                  kLongestWord));
  }
}

}  // namespace

void ReadInbox(TableReader table, const Environment& environment,
               Secrets secrets, InboxConfig* out) {
  ReadWebhook(table, environment, secrets, out);
  table.ReadSeconds("incomplete_after", &out->incomplete_after, 60, 86400);
  ReadWords(table, "stop_words", &out->stop_words);
  ReadWords(table, "start_words", &out->start_words);
  std::set<std::string> stops;
  for (const auto& word : out->stop_words) stops.insert(UpperCase(word));
  for (const auto& word : out->start_words) {
    if (stops.contains(UpperCase(word))) {
      table.Refuse("start_words",
                   fmt::format("\"{}\" is one of stop_words, too", word));
    }
  }
  table.RefuseUnknownKeys();
}

}  // namespace smsweb
