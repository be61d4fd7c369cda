/**
 * A small team brings a tide app to its second version. A line that starts with `#` opens a day, so many days ago and at
 * that time; every other line is who (A, G, L) and what. ` ⏎ ` is a new line in the message and
 * `{1}` the name of the day that was one day ago.
 */
export const launchWeek = `
# 6 08:52
G Morning! Coffee is on, the harbour is flat, and we ship Ebb 2.0 on {1}.
L Good morning. Flat is what I want from the harbour and from the error rate.
A Morning both. I looked at the list last night: eleven open issues, four of them block the release.
G Which four?
A 1. Tide curve jumps at midnight ⏎ 2. Offline maps need 900 MB ⏎ 3. Widget shows yesterday ⏎ 4. Nobody has written the store text
L I take 1 and 3, they smell like the same bug.
G Time zones?
L It is always time zones.
A I'll do the maps. 900 MB is silly, most of it is ocean.
G Then I write the store text and nag the two of you. Fair?
A Fair.
L 👍
G Also the new icon came in. I like it a lot. It looks calm.
A Show!
G It's in the shared folder, icon-final-really-final-3
L I love that name.
A Oh that's lovely. The little buoy!
L At 16 pixels the buoy is a tomato.
G …now I can't unsee it
A 😂
G Asking for a simpler one for small sizes.
L Found it, by the way. We build "today" in UTC and draw it in local time. So in Auckland the curve tears at noon, and here at one in the morning.
A So a one line fix?
L A one line fix and nine lines of test.
G My favourite ratio.
L Pushed. Somebody look at it please, it's short.
A Reading.
A Two questions on it, both small. Otherwise yes.
L Answered. You were right about the second.
A Merged 🎉
G One of four before lunch!
L Lunch is a strong word for what I have in the fridge.
G There's soup here. Come to the office.
L On my bike.

# 6 13:40
A Maps: if I leave out tiles that are only water I get from 900 MB to 210.
G !!!
A And with the new format maybe 140. I'd like to try that, half a day.
L What breaks if you do?
A Old installs must download everything again once. We could keep the old maps until the new ones are complete.
L I would do that. Nobody should stand on a boat without a map because of an update.
G Agreed. That sentence goes into our principles, if we ever write some.
A OK then keep-until-complete it is.
G Store text, first try: "Ebb knows when the water comes. Even when the network does not."
L Oh that is good.
A I'd buy it.
G It's free.
A I'd still buy it.
L Can it say something about the harbours? 4,300 of them is a lot.
G "4,300 harbours, from Reykjavík to Hobart." Better?
L Yes!
A Did we ever check Hobart?
L I will check Hobart.
L Hobart is fine. Nuku'alofa is not: the file says +14, we parse one digit.
G How many people use Ebb in Nuku'alofa?
L Two. But they open it every day.
A Then we fix it for two people.
L Fixed for two people ✅
G This is why I like working here.

# 5 09:05
A Morning. Maps are at 131 MB. I slept badly and it was worth it.
G 131!! From 900!
L That is less than my photos of yesterday's soup.
A Download on the train took 40 seconds with one break in a tunnel, and it went on where it stopped.
L Did you measure the battery as well?
A Not yet. Will do with the old phone.
G Rosa from the sailing club writes: «Cuando sale la nueva versión? Mis alumnos preguntan cada semana.»
A Dile que esta semana, si el mar quiere 😄
G Told her. She sends a heart and a list of typos in the Spanish texts.
L Pass me the typos.
G seven of them: "mareas viva" → "mareas vivas", the rest is in the issue
L Done. Also found two in German while I was there. "Ebbe und Flut" must stay, but we had "Flud" in one place.
A Flud 😭
G For how long?
L Since version 1.2.
A So two years of Flud, and nobody said a word.
G Somebody may have enjoyed it.
L Widget: it shows yesterday because iOS gives us a budget for updates and we spend all of it in the morning.
A Do we need to refresh so often? The tide doesn't change its mind.
L Exactly. I compute the whole day once and hand over 24 entries. One refresh a night.
G That sounds simpler than what we had?
L It deletes 140 lines.
A Best kind of commit.
G I put "deletes 140 lines" on the whiteboard with a star.
L ⭐️
A Battery: old 4.1 % an hour with the map open, new 2.6 %.
L Because of fewer tiles?
A Because of fewer tiles and because I stopped redrawing the ocean 60 times a second.
G The ocean was fine as it was.
A It was very smooth ocean.

# 5 15:20
L Could one of you try the build on a small phone? On mine the harbour list jumps when the keyboard opens.
G On it. I have the tiny one from the drawer.
G Confirmed, it jumps. Video in the issue.
L Thank you. Ugly. I know why though.
A Safe area again?
L Safe area and keyboard, both subtract the same 34 pixels.
G They should talk to each other.
L They should get married.
A Fix it today or after {1}?
L Today. It's the first screen everybody sees.
A Then let me take the notification issue off you.
L Would you? That'd help a lot.
A Yes. It's only wording and one off-by-one.
G Speaking of wording: "Your tide is turning" or "High water in 30 minutes"?
L The first sounds like an illness.
A 😂 second please
G Second it is.

# 4 08:47
G {4}. Two of four done, one nearly, and the store text is with the lawyer, who is my sister, who reads it for cake.
A What kind of cake?
G Lemon.
L I'd also read it for lemon cake.
G Noted, everybody reads for cake.
L Keyboard jump is fixed. I tested on five phones and one tablet. On the tablet I found something else, but it's old: in landscape the legend covers Denmark.
A All of Denmark?
L Zealand mostly.
G Does it block?
L Not for me. For Danes perhaps.
A Let's move the legend to the left, there is only water.
L Moved. Zealand is free.
G 🇩🇰
A Notifications done. There was a real bug behind the wording: two alarms for the same tide if you changed the harbour while one was waiting.
L Nice find. Did you keep the test red first?
A Of course. It was very red.
G For the release notes I need one sentence from each of you about what you're proud of.
L "The widget wakes once a night and is right all day."
A "Maps of every coast in 131 MB, and they stay until the new ones are complete."
G Beautiful. Mine: "It knows more harbours than I do."
L How many do you know?
G Nine.
A Question: a tester in Saint-Malo says we are 12 minutes off at springs.
L 12 minutes is much. Which station?
A She didn't say, I asked. Her range there is 12 metres, so she notices.
L The model ignores shallow water there, I think. Let me read.
L Yes. There are two constituents (M4 and MS4) in the data which we drop to save space.
A How much space?
L 31 kB.
G …for all harbours?
L For all harbours.
A Linus. Put them back.
L Putting them back. I feel silly. I dropped them in the first month, when I thought phones were small.
G We all dropped our constituents at some point.
L Saint-Malo is now within 2 minutes of the official table. Brest within 1.
A Merci Linus!
G I'll write to her. «Merci, c'est corrigé, et c'est grâce à vous.»
A That's a very good letter.

# 4 16:10
A Can we talk about the price of the server for a moment? The new maps come from the bucket, and if 20,000 people update on {1} that's about 2.6 TB.
G Is that a lot of money?
A Between 0 and 240 euros, depending on whether I read their page right.
L I like the zero.
A Zero if we put it behind the cache they give us for free. I'd spread the downloads over three days as well: only on wifi, and with a random start.
G So not everybody at nine o'clock on {1}.
A Exactly.
L Please make "download now" possible all the same. Some people leave the harbour on {1}.
A Yes, there's a button. The random start is only for those who do nothing.
G 👏
L I ran the whole set of predictions against the official tables overnight: 4,300 harbours, a year each. 98.7 % within 3 minutes. The list of the others is in the wiki.
G That's huge. Can I say that number in public?
L Yes, with the date and the link to the method.
A I love us.

# 3 09:15
G Good morning. My sister says the store text is fine, and the cake was fine too.
A 🍋
L Morning. Release candidate 1 is on the test track. Please install it over the old version, not fresh. Fresh always works.
G Installing… ⏎ ⏎ It kept my harbours and my notes. New icon is on. Feels fast!
A Same here. Map download: 38 seconds on wifi, old map stayed until the end.
L What did you do, Ada, you sound happy
A I only watched it. It's nice when a thing does what one wrote.
G A bit of a strange one: with large text the button says "Downl…"
L Which size?
G The largest. My father's size.
L Then it's important. Looking.
A We could let it wrap to two lines.
L Wrapping. And I find three more places while I'm at it. Give me an hour.
G Take two.
A Meanwhile I check the screen reader. It reads the tide curve as "image". That's not enough.
G What should it say?
A "High water 14:20, 3.4 metres, rising now." I think that is all anybody wants to know.
L Honestly that's all I want to know too.
G Then let's show that sentence to everyone, above the curve?
A …yes. Why did we not do this two years ago?
L Because we liked the curve.
A I still like the curve. The sentence comes first now.
L RC 2: wraps, reads aloud, and starts with a sentence.
G Trying with my eyes closed. ⏎ ⏎ It works. I set an alarm for low water without looking. I'm a little moved.
A ❤️
L ❤️

# 3 14:30
G Rosa's class tests RC 2 in Cádiz this afternoon. 14 children, 14 phones, one very patient teacher.
A What do we expect?
G Chaos, and three good bugs.
L My guess is two.
G First report: a boy named his harbour "🦈🦈🦈" and now the list is sorted wrong.
L Ha! Where do sharks belong?
A At the end, I'd say. After Z.
G He says at the beginning, because they are fast.
L He's right. Sharks first. (It's also what the collation does.)
G Second: two phones in aeroplane mode, all fine, they didn't even notice.
A That is the best report we can get.
G Third: "se me olvidó dónde está el botón de volver". Back button too high for small hands.
L Swipe from the edge works. But he can't know. Hm.
A Bottom bar for the next version? I've wanted it for ages.
G Writing it down for 2.1.
L So: one bug with sharks, one wish. I was nearly right.
G You were exactly right. Two things, and a class that doesn't want to stop.

# 2 08:58
A Good morning. Last full day. I'd like us to change nothing today that isn't on the list.
L Agreed. The list is: release notes, screenshots, the phased rollout, turn on the cache.
G And sleep.
A And sleep.
G Screenshots are ready in 6 languages. Japanese needs one more look: 満潮 is high tide, yes?
L Yes: 満潮 (manchō) high, 干潮 (kanchō) low. I asked Yuki: 「とても自然です」, very natural.
G 🙏
A Arabic screenshots: the curve runs from right to left there. I didn't know it did that. Is that right?
L I asked as well. Time on charts runs left to right in most of their newspapers, but the labels are fine: المد العالي
A So turn the curve, keep the text?
L Yes. It's one flag. But it's a change. Is it on the list?
G I put it on the list. It would look wrong to people who read it every day.
A OK. One flag, one screenshot, then hands off.
L Done, hands are off. They're in my pockets.
G 😂
A The cache is on. I pulled the whole set twice: first time 12 % hits, second time 100 %.
L And the bill?
A Zero. I read the page again, aloud.
G I believe in things that are read aloud.
L Rollout plan: {1} 9:00 five percent, noon twenty, {0} half, {-1} everybody. We stop if crashes go over 0.3 %.
A Who watches?
L I take {1} until six. ⏎ Grace in the evening? ⏎ Ada on {0} morning?
G Yes.
A Yes. {-1} we all sleep.
G I ordered the small icon without the tomato. It's in. It is a buoy at last.
L At 16 pixels?
G At 16 pixels. I sent it to my father without a word and he wrote "a buoy?"
A Ship it.

# 2 17:45
L Tagged v2.0.0. Built twice on two machines, same checksum: 9f3c2ab1
A Same here: 9f3c2ab1
G I don't know what it means but it's the same, so 🎉
L That's exactly what it means.
A Going home. Thank you both for this week, honestly.
G Thank you. Tomorrow nine o'clock, with cake.
L Lemon?
G Lemon.

# 1 08:49
G It is {1}. The cake is here. Nobody touches the cake before five percent.
A I brought candles, is that too much?
L Never. Numbers are ready on the big screen. Shall I?
G Drum roll 🥁
A 🥁🥁
L 5 % is out. 9:00 and 4 seconds.
G And now we look at each other
A First install from… Portugal. Then Norway. Then four at once from Wales.
L Crash-free 100 %. Of eleven people, but still.
G 🎂 cake time
A This is very good cake.
L What did your sister say about it?
G That it is legally sound.
A 😂😂
L 300 installs, zero crashes. One person downloaded the map, deleted it, and downloaded it again. Twice.
A A tester by heart.
G First review: ★★★★★ "Opens with one sentence and it's the right one."
A I might cry a bit.
L The sentence! That was the idea of the week.

# 1 12:02
L Noon, 20 % now.
A Cache hits 97 %, bill at 0.00, battery graph flat.
G Second review, 3 stars: "Where did my old icon go". Well.
L One can't please every tomato.
G 🍅
A Somebody in Nuku'alofa updated!
L One of the two!
G Now we wait for the other one.
L Crash rate 0.02 %, and it's all one old tablet that has no space left. We could say so nicely instead of falling over.
A For 2.0.1, on {-2}?
L On {-2}. I have the message already: "This device is full. Ebb needs 131 MB for the maps and works without them until then."
G That's a kind message.
A Evening shift, Grace, here is what to look at: crashes, cache, reviews. If anything is above the red line, press pause, then call. In this order.
G Pause, then call. Pause, then call. Got it.

# 1 21:30
G All quiet. 0.02 %. 4.8 stars. The second person in Nuku'alofa has updated. Good night 🌙
L That's the best message of the year. Good night.
A Good night, you two. High water at 23:14, 2.9 metres.
`
