// Generated from the migrations by npm run db:types; do not edit.

/** The newest migration. */
export const schemaVersion = '20250907000018'

/** What a json or jsonb column holds. */
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

/** The database as supabase-js sees it: `createClient<Database>(url, key)`. */
export type Database = {
  public: {
    Tables: {
      meeting_invitations: {
        Row: {
          expires_at: string
          id: string
          invited_at: string
          invitee_email: string | null
          invitee_id: string | null
          inviter_id: string
          meeting_id: string
          message: string
          responded_at: string | null
          status: string
        }
        Insert: {
          expires_at?: string
          id?: string
          invited_at?: string
          invitee_email?: string | null
          invitee_id?: string | null
          inviter_id: string
          meeting_id: string
          message?: string
          responded_at?: string | null
          status?: string
        }
        Update: {
          expires_at?: string
          id?: string
          invited_at?: string
          invitee_email?: string | null
          invitee_id?: string | null
          inviter_id?: string
          meeting_id?: string
          message?: string
          responded_at?: string | null
          status?: string
        }
        Relationships: [
          {
            foreignKeyName: 'meeting_invitations_invitee_id_fkey'
            columns: ['invitee_id']
            isOneToOne: false
            referencedRelation: 'user_profiles'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'meeting_invitations_inviter_id_fkey'
            columns: ['inviter_id']
            isOneToOne: false
            referencedRelation: 'user_profiles'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'meeting_invitations_meeting_id_fkey'
            columns: ['meeting_id']
            isOneToOne: false
            referencedRelation: 'meetings'
            referencedColumns: ['id']
          },
        ]
      }
      meeting_participants: {
        Row: {
          audio_enabled: boolean
          connection_quality: string | null
          join_count: number
          joined_at: string | null
          left_at: string | null
          livekit_identity: string | null
          livekit_sid: string | null
          meeting_id: string
          metadata: Json
          participant_id: string
          role: string
          screen_sharing: boolean
          state: string
          updated_at: string
          user_id: string | null
          video_enabled: boolean
        }
        Insert: {
          audio_enabled?: boolean
          connection_quality?: string | null
          join_count?: number
          joined_at?: string | null
          left_at?: string | null
          livekit_identity?: string | null
          livekit_sid?: string | null
          meeting_id: string
          metadata?: Json
          participant_id: string
          role?: string
          screen_sharing?: boolean
          state?: string
          updated_at?: string
          user_id?: string | null
          video_enabled?: boolean
        }
        Update: {
          audio_enabled?: boolean
          connection_quality?: string | null
          join_count?: number
          joined_at?: string | null
          left_at?: string | null
          livekit_identity?: string | null
          livekit_sid?: string | null
          meeting_id?: string
          metadata?: Json
          participant_id?: string
          role?: string
          screen_sharing?: boolean
          state?: string
          updated_at?: string
          user_id?: string | null
          video_enabled?: boolean
        }
        Relationships: [
          {
            foreignKeyName: 'meeting_participants_meeting_id_fkey'
            columns: ['meeting_id']
            isOneToOne: false
            referencedRelation: 'meetings'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'meeting_participants_user_id_fkey'
            columns: ['user_id']
            isOneToOne: false
            referencedRelation: 'user_profiles'
            referencedColumns: ['id']
          },
        ]
      }
      meeting_recordings: {
        Row: {
          completed_at: string | null
          duration_ms: number | null
          error: string | null
          id: string
          livekit_egress_id: string
          meeting_id: string
          metadata: Json
          mime_type: string | null
          size_bytes: number | null
          started_at: string
          started_by: string | null
          status: string
          storage_path: string | null
          updated_at: string
        }
        Insert: {
          completed_at?: string | null
          duration_ms?: number | null
          error?: string | null
          id?: string
          livekit_egress_id: string
          meeting_id: string
          metadata?: Json
          mime_type?: string | null
          size_bytes?: number | null
          started_at?: string
          started_by?: string | null
          status?: string
          storage_path?: string | null
          updated_at?: string
        }
        Update: {
          completed_at?: string | null
          duration_ms?: number | null
          error?: string | null
          id?: string
          livekit_egress_id?: string
          meeting_id?: string
          metadata?: Json
          mime_type?: string | null
          size_bytes?: number | null
          started_at?: string
          started_by?: string | null
          status?: string
          storage_path?: string | null
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'meeting_recordings_meeting_id_fkey'
            columns: ['meeting_id']
            isOneToOne: false
            referencedRelation: 'meetings'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'meeting_recordings_started_by_fkey'
            columns: ['started_by']
            isOneToOne: false
            referencedRelation: 'user_profiles'
            referencedColumns: ['id']
          },
        ]
      }
      meetings: {
        Row: {
          created_at: string
          description: string
          ended_at: string | null
          host_id: string
          id: string
          kind: string
          livekit_room_name: string
          max_participants: number
          metadata: Json
          room_id: string | null
          scheduled_for: string | null
          settings: Json
          started_at: string | null
          status: string
          title: string
          updated_at: string
        }
        Insert: {
          created_at?: string
          description?: string
          ended_at?: string | null
          host_id: string
          id?: string
          kind?: string
          livekit_room_name?: string
          max_participants?: number
          metadata?: Json
          room_id?: string | null
          scheduled_for?: string | null
          settings?: Json
          started_at?: string | null
          status?: string
          title?: string
          updated_at?: string
        }
        Update: {
          created_at?: string
          description?: string
          ended_at?: string | null
          host_id?: string
          id?: string
          kind?: string
          livekit_room_name?: string
          max_participants?: number
          metadata?: Json
          room_id?: string | null
          scheduled_for?: string | null
          settings?: Json
          started_at?: string | null
          status?: string
          title?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'meetings_host_id_fkey'
            columns: ['host_id']
            isOneToOne: false
            referencedRelation: 'user_profiles'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'meetings_room_id_fkey'
            columns: ['room_id']
            isOneToOne: false
            referencedRelation: 'rooms'
            referencedColumns: ['id']
          },
        ]
      }
      message_reactions: {
        Row: {
          created_at: string
          emoji: string
          room_id: string
          seq: number
          user_id: string
        }
        Insert: {
          created_at?: string
          emoji: string
          room_id: string
          seq: number
          user_id: string
        }
        Update: {
          created_at?: string
          emoji?: string
          room_id?: string
          seq?: number
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'message_reactions_message_fkey'
            columns: ['room_id', 'seq']
            isOneToOne: false
            referencedRelation: 'messages'
            referencedColumns: ['room_id', 'seq']
          },
          {
            foreignKeyName: 'message_reactions_user_id_fkey'
            columns: ['user_id']
            isOneToOne: false
            referencedRelation: 'user_profiles'
            referencedColumns: ['id']
          },
        ]
      }
      message_status: {
        Row: {
          delivered_at: string | null
          read_at: string | null
          room_id: string
          seq: number
          status: string
          user_id: string
        }
        Insert: {
          delivered_at?: string | null
          read_at?: string | null
          room_id: string
          seq: number
          user_id: string
          status?: never
        }
        Update: {
          delivered_at?: string | null
          read_at?: string | null
          room_id?: string
          seq?: number
          user_id?: string
          status?: never
        }
        Relationships: [
          {
            foreignKeyName: 'message_status_message_fkey'
            columns: ['room_id', 'seq']
            isOneToOne: false
            referencedRelation: 'messages'
            referencedColumns: ['room_id', 'seq']
          },
          {
            foreignKeyName: 'message_status_user_id_fkey'
            columns: ['user_id']
            isOneToOne: false
            referencedRelation: 'user_profiles'
            referencedColumns: ['id']
          },
        ]
      }
      messages: {
        Row: {
          client_id: string
          content: string
          created_at: string
          deleted_at: string | null
          deleted_by: string | null
          edited_at: string | null
          edits: Json
          expires_at: string | null
          mentions: string[]
          metadata: Json
          pinned_at: string | null
          reply_to_seq: number | null
          rev: number
          room_id: string
          search: unknown
          sender_id: string | null
          seq: number
          shared: string[] | null
          thread_seq: number | null
          type: string
          updated_at: string
        }
        Insert: {
          client_id: string
          content?: string
          created_at?: string
          deleted_at?: string | null
          deleted_by?: string | null
          edited_at?: string | null
          edits?: Json
          expires_at?: string | null
          mentions?: string[]
          metadata?: Json
          pinned_at?: string | null
          reply_to_seq?: number | null
          rev: number
          room_id: string
          sender_id?: string | null
          seq: number
          thread_seq?: number | null
          type?: string
          updated_at?: string
          search?: never
          shared?: never
        }
        Update: {
          client_id?: string
          content?: string
          created_at?: string
          deleted_at?: string | null
          deleted_by?: string | null
          edited_at?: string | null
          edits?: Json
          expires_at?: string | null
          mentions?: string[]
          metadata?: Json
          pinned_at?: string | null
          reply_to_seq?: number | null
          rev?: number
          room_id?: string
          sender_id?: string | null
          seq?: number
          thread_seq?: number | null
          type?: string
          updated_at?: string
          search?: never
          shared?: never
        }
        Relationships: [
          {
            foreignKeyName: 'messages_deleted_by_fkey'
            columns: ['deleted_by']
            isOneToOne: false
            referencedRelation: 'user_profiles'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'messages_reply_fkey'
            columns: ['room_id', 'reply_to_seq']
            isOneToOne: false
            referencedRelation: 'messages'
            referencedColumns: ['room_id', 'seq']
          },
          {
            foreignKeyName: 'messages_room_id_fkey'
            columns: ['room_id']
            isOneToOne: false
            referencedRelation: 'rooms'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'messages_sender_id_fkey'
            columns: ['sender_id']
            isOneToOne: false
            referencedRelation: 'user_profiles'
            referencedColumns: ['id']
          },
        ]
      }
      room_participants: {
        Row: {
          accepted_at: string | null
          archived_at: string | null
          banned_until: string | null
          history_from_seq: number
          joined_at: string
          last_delivered_seq: number
          last_read_at: string | null
          last_read_seq: number
          left_at: string | null
          muted_until: string | null
          notify_level: string
          pinned_at: string | null
          receipts_hidden: boolean
          role: string
          room_id: string
          silenced_until: string | null
          unread_from_seq: number | null
          updated_at: string
          user_id: string
        }
        Insert: {
          accepted_at?: string | null
          archived_at?: string | null
          banned_until?: string | null
          history_from_seq?: number
          joined_at?: string
          last_delivered_seq?: number
          last_read_at?: string | null
          last_read_seq?: number
          left_at?: string | null
          muted_until?: string | null
          notify_level?: string
          pinned_at?: string | null
          receipts_hidden?: boolean
          role?: string
          room_id: string
          silenced_until?: string | null
          unread_from_seq?: number | null
          updated_at?: string
          user_id: string
        }
        Update: {
          accepted_at?: string | null
          archived_at?: string | null
          banned_until?: string | null
          history_from_seq?: number
          joined_at?: string
          last_delivered_seq?: number
          last_read_at?: string | null
          last_read_seq?: number
          left_at?: string | null
          muted_until?: string | null
          notify_level?: string
          pinned_at?: string | null
          receipts_hidden?: boolean
          role?: string
          room_id?: string
          silenced_until?: string | null
          unread_from_seq?: number | null
          updated_at?: string
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'room_participants_room_id_fkey'
            columns: ['room_id']
            isOneToOne: false
            referencedRelation: 'rooms'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'room_participants_user_id_fkey'
            columns: ['user_id']
            isOneToOne: false
            referencedRelation: 'user_profiles'
            referencedColumns: ['id']
          },
        ]
      }
      rooms: {
        Row: {
          avatar_path: string | null
          created_at: string
          created_by: string | null
          description: string
          direct_key: string | null
          disappearing_ttl: string | null
          epoch: number
          history: string
          id: string
          join_policy: string
          last_message_at: string
          last_seq: number
          member_count: number
          members_version: number
          metadata: Json
          name: string | null
          post_policy: string
          slow_mode_seconds: number
          type: string
          updated_at: string
          visibility: string
          writer: string
        }
        Insert: {
          avatar_path?: string | null
          created_at?: string
          created_by?: string | null
          description?: string
          direct_key?: string | null
          disappearing_ttl?: string | null
          epoch?: number
          history?: string
          id?: string
          join_policy?: string
          last_message_at?: string
          last_seq?: number
          member_count?: number
          members_version?: number
          metadata?: Json
          name?: string | null
          post_policy?: string
          slow_mode_seconds?: number
          type: string
          updated_at?: string
          visibility?: string
          writer?: string
        }
        Update: {
          avatar_path?: string | null
          created_at?: string
          created_by?: string | null
          description?: string
          direct_key?: string | null
          disappearing_ttl?: string | null
          epoch?: number
          history?: string
          id?: string
          join_policy?: string
          last_message_at?: string
          last_seq?: number
          member_count?: number
          members_version?: number
          metadata?: Json
          name?: string | null
          post_policy?: string
          slow_mode_seconds?: number
          type?: string
          updated_at?: string
          visibility?: string
          writer?: string
        }
        Relationships: [
          {
            foreignKeyName: 'rooms_created_by_fkey'
            columns: ['created_by']
            isOneToOne: false
            referencedRelation: 'user_profiles'
            referencedColumns: ['id']
          },
        ]
      }
      typing_indicators: {
        Row: {
          expires_at: string
          room_id: string
          updated_at: string
          user_id: string
        }
        Insert: {
          expires_at?: string
          room_id: string
          updated_at?: string
          user_id: string
        }
        Update: {
          expires_at?: string
          room_id?: string
          updated_at?: string
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'typing_indicators_room_id_fkey'
            columns: ['room_id']
            isOneToOne: false
            referencedRelation: 'rooms'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'typing_indicators_user_id_fkey'
            columns: ['user_id']
            isOneToOne: false
            referencedRelation: 'user_profiles'
            referencedColumns: ['id']
          },
        ]
      }
      user_presence: {
        Row: {
          custom: Json
          expires_at: string
          is_online: boolean
          last_seen_at: string
          status: string
          updated_at: string
          user_id: string
        }
        Insert: {
          custom?: Json
          expires_at?: string
          is_online?: boolean
          last_seen_at?: string
          status?: string
          updated_at?: string
          user_id: string
        }
        Update: {
          custom?: Json
          expires_at?: string
          is_online?: boolean
          last_seen_at?: string
          status?: string
          updated_at?: string
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'user_presence_user_id_fkey'
            columns: ['user_id']
            isOneToOne: true
            referencedRelation: 'user_profiles'
            referencedColumns: ['id']
          },
        ]
      }
      user_profiles: {
        Row: {
          about: string
          avatar_path: string | null
          blocked_user_ids: string[]
          created_at: string
          display_name: string
          id: string
          locale: string
          notification_preferences: Json
          privacy_about: string
          privacy_group_add: string
          privacy_last_seen: string
          privacy_profile_photo: string
          read_receipts: boolean
          updated_at: string
          username: string | null
        }
        Insert: {
          about?: string
          avatar_path?: string | null
          blocked_user_ids?: string[]
          created_at?: string
          display_name: string
          id: string
          locale?: string
          notification_preferences?: Json
          privacy_about?: string
          privacy_group_add?: string
          privacy_last_seen?: string
          privacy_profile_photo?: string
          read_receipts?: boolean
          updated_at?: string
          username?: string | null
        }
        Update: {
          about?: string
          avatar_path?: string | null
          blocked_user_ids?: string[]
          created_at?: string
          display_name?: string
          id?: string
          locale?: string
          notification_preferences?: Json
          privacy_about?: string
          privacy_group_add?: string
          privacy_last_seen?: string
          privacy_profile_photo?: string
          read_receipts?: boolean
          updated_at?: string
          username?: string | null
        }
        Relationships: []
      }
    }
    Views: { [_ in never]: never }
    Functions: {
      get_or_create_direct_room: {
        Args: {
          p_other_user: string
        }
        Returns: string
      }
      get_room_stats: {
        Args: {
          p_room_id: string
        }
        Returns: {
          member_count: number | null
          message_count: number | null
          last_message_at: string | null
          online_count: number | null
        }[]
      }
      get_unread_counts: {
        Args: {
          p_cap?: number | null
        }
        Returns: {
          room_id: string | null
          unread: number | null
          mentions: number | null
          last_seq: number | null
          last_read_seq: number | null
          last_message_at: string | null
        }[]
      }
      get_user_cards: {
        Args: {
          p_user_ids: string[]
        }
        Returns: {
          id: string | null
          username: string | null
          display_name: string | null
          about: string | null
          avatar_path: string | null
          is_online: boolean | null
          status: string | null
          custom: Json | null
          last_seen_at: string | null
        }[]
      }
      ingest_batch: {
        Args: {
          p_room_id: string
          p_epoch: number
          p_from: number
          p_to: number
          p_events: Json
          p_marks?: Json | null
          p_parked?: boolean | null
        }
        Returns: Json
      }
      mark_room_read: {
        Args: {
          p_room_id: string
          p_seq: number
        }
        Returns: number
      }
      search_messages: {
        Args: {
          p_query: string
          p_room_id?: string | null
          p_limit?: number | null
          p_sender?: string | null
          p_has?: string | null
          p_before?: string | null
          p_after?: string | null
          p_sort?: string | null
          p_from?: string | null
          p_from_room?: string | null
          p_from_seq?: number | null
        }
        Returns: {
          room_id: string | null
          seq: number | null
          sender_id: string | null
          type: string | null
          created_at: string | null
          headline: string | null
        }[]
      }
      set_presence: {
        Args: {
          p_online: boolean
          p_status?: string | null
          p_ttl_seconds?: number | null
        }
        Returns: string
      }
      sweep_ephemeral: {
        Args: {
          p_batch?: number | null
        }
        Returns: Json
      }
    }
    Enums: { [_ in never]: never }
    CompositeTypes: { [_ in never]: never }
  }
  parley: {
    Tables: {
      audit_log: {
        Row: {
          action: string
          actor: string | null
          at: string
          details: Json
          id: number
          person: string | null
          room_id: string | null
        }
        Insert: {
          action: string
          actor?: string | null
          at?: string
          details?: Json
          id?: number
          person?: string | null
          room_id?: string | null
        }
        Update: {
          action?: string
          actor?: string | null
          at?: string
          details?: Json
          id?: number
          person?: string | null
          room_id?: string | null
        }
        Relationships: []
      }
      commands: {
        Row: {
          hash: string
          id: string
          room_id: string
          seq: number
        }
        Insert: {
          hash: string
          id: string
          room_id: string
          seq: number
        }
        Update: {
          hash?: string
          id?: string
          room_id?: string
          seq?: number
        }
        Relationships: []
      }
      devices: {
        Row: {
          first_seen_at: string
          id: string
          last_seen_at: string
          login: string | null
          name: string
          person: string
          revoked_at: string | null
        }
        Insert: {
          first_seen_at?: string
          id: string
          last_seen_at?: string
          login?: string | null
          name?: string
          person: string
          revoked_at?: string | null
        }
        Update: {
          first_seen_at?: string
          id?: string
          last_seen_at?: string
          login?: string | null
          name?: string
          person?: string
          revoked_at?: string | null
        }
        Relationships: []
      }
      doomed_files: {
        Row: {
          due_at: string
          path: string
        }
        Insert: {
          due_at: string
          path: string
        }
        Update: {
          due_at?: string
          path?: string
        }
        Relationships: []
      }
      jobs: {
        Row: {
          at: string
          created_at: string
          done_at: string | null
          done_to: number
          id: string
          kind: string
          mode: string | null
          person: string | null
          room_id: string
          seq: number
        }
        Insert: {
          at?: string
          created_at?: string
          done_at?: string | null
          done_to?: number
          id?: string
          kind: string
          mode?: string | null
          person?: string | null
          room_id: string
          seq?: number
        }
        Update: {
          at?: string
          created_at?: string
          done_at?: string | null
          done_to?: number
          id?: string
          kind?: string
          mode?: string | null
          person?: string | null
          room_id?: string
          seq?: number
        }
        Relationships: []
      }
      join_links: {
        Row: {
          code_hash: string
          created_at: string
          created_by: string | null
          expires_at: string | null
          id: string
          max_uses: number | null
          revoked_at: string | null
          room_id: string
        }
        Insert: {
          code_hash: string
          created_at?: string
          created_by?: string | null
          expires_at?: string | null
          id?: string
          max_uses?: number | null
          revoked_at?: string | null
          room_id: string
        }
        Update: {
          code_hash?: string
          created_at?: string
          created_by?: string | null
          expires_at?: string | null
          id?: string
          max_uses?: number | null
          revoked_at?: string | null
          room_id?: string
        }
        Relationships: []
      }
      join_requests: {
        Row: {
          asked_at: string
          decided_at: string | null
          decided_by: string | null
          note: string
          person: string
          room_id: string
          state: string
        }
        Insert: {
          asked_at?: string
          decided_at?: string | null
          decided_by?: string | null
          note?: string
          person: string
          room_id: string
          state?: string
        }
        Update: {
          asked_at?: string
          decided_at?: string | null
          decided_by?: string | null
          note?: string
          person?: string
          room_id?: string
          state?: string
        }
        Relationships: []
      }
      link_uses: {
        Row: {
          code_hash: string
          person: string
          used_at: string
        }
        Insert: {
          code_hash: string
          person: string
          used_at?: string
        }
        Update: {
          code_hash?: string
          person?: string
          used_at?: string
        }
        Relationships: [
          {
            foreignKeyName: 'link_uses_code_hash_fkey'
            columns: ['code_hash']
            isOneToOne: false
            referencedRelation: 'join_links'
            referencedColumns: ['code_hash']
          },
        ]
      }
      meeting_guesses: {
        Row: {
          blocked_until: string | null
          failed: number
          guesser: string
          last_at: string
          link_id: string
        }
        Insert: {
          blocked_until?: string | null
          failed?: number
          guesser: string
          last_at?: string
          link_id: string
        }
        Update: {
          blocked_until?: string | null
          failed?: number
          guesser?: string
          last_at?: string
          link_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'meeting_guesses_link_id_fkey'
            columns: ['link_id']
            isOneToOne: false
            referencedRelation: 'meeting_links'
            referencedColumns: ['id']
          },
        ]
      }
      meeting_links: {
        Row: {
          code_hash: string
          created_at: string
          created_by: string | null
          entry: string
          expires_at: string | null
          hash: string | null
          id: string
          invitation_id: string | null
          iterations: number | null
          meeting_id: string
          revoked_at: string | null
          salt: string | null
          uses: number
        }
        Insert: {
          code_hash: string
          created_at?: string
          created_by?: string | null
          entry?: string
          expires_at?: string | null
          hash?: string | null
          id?: string
          invitation_id?: string | null
          iterations?: number | null
          meeting_id: string
          revoked_at?: string | null
          salt?: string | null
          uses?: number
        }
        Update: {
          code_hash?: string
          created_at?: string
          created_by?: string | null
          entry?: string
          expires_at?: string | null
          hash?: string | null
          id?: string
          invitation_id?: string | null
          iterations?: number | null
          meeting_id?: string
          revoked_at?: string | null
          salt?: string | null
          uses?: number
        }
        Relationships: []
      }
      meeting_mails: {
        Row: {
          due_at: string
          id: string
          invitation_id: string
          news: string
          origin: string
          tries: number
        }
        Insert: {
          due_at?: string
          id?: string
          invitation_id: string
          news: string
          origin: string
          tries?: number
        }
        Update: {
          due_at?: string
          id?: string
          invitation_id?: string
          news?: string
          origin?: string
          tries?: number
        }
        Relationships: []
      }
      meeting_plans: {
        Row: {
          first_at: string
          meeting_id: string
          minutes: number
          repeats: Json | null
          sequence: number
          session: number
          time_zone: string
        }
        Insert: {
          first_at: string
          meeting_id: string
          minutes: number
          repeats?: Json | null
          sequence?: number
          session?: number
          time_zone: string
        }
        Update: {
          first_at?: string
          meeting_id?: string
          minutes?: number
          repeats?: Json | null
          sequence?: number
          session?: number
          time_zone?: string
        }
        Relationships: []
      }
      member_commands: {
        Row: {
          answer: Json | null
          created_at: string
          id: string
          room_id: string
        }
        Insert: {
          answer?: Json | null
          created_at?: string
          id: string
          room_id: string
        }
        Update: {
          answer?: Json | null
          created_at?: string
          id?: string
          room_id?: string
        }
        Relationships: []
      }
      passcode_attempts: {
        Row: {
          blocked_until: string | null
          failed: number
          last_at: string
          passed_until: string | null
          person: string
          room_id: string
        }
        Insert: {
          blocked_until?: string | null
          failed?: number
          last_at?: string
          passed_until?: string | null
          person: string
          room_id: string
        }
        Update: {
          blocked_until?: string | null
          failed?: number
          last_at?: string
          passed_until?: string | null
          person?: string
          room_id?: string
        }
        Relationships: []
      }
      passcodes: {
        Row: {
          hash: string
          iterations: number
          room_id: string
          salt: string
          set_at: string
          set_by: string | null
        }
        Insert: {
          hash: string
          iterations: number
          room_id: string
          salt: string
          set_at?: string
          set_by?: string | null
        }
        Update: {
          hash?: string
          iterations?: number
          room_id?: string
          salt?: string
          set_at?: string
          set_by?: string | null
        }
        Relationships: []
      }
      public_rooms: {
        Row: {
          room_id: string
        }
        Insert: {
          room_id: string
        }
        Update: {
          room_id?: string
        }
        Relationships: []
      }
    }
    Views: { [_ in never]: never }
    Functions: {
      answer_invitation: {
        Args: {
          p_meeting: string
          p_person: string
          p_answer: string
        }
        Returns: Json
      }
      answer_mailed_invitation: {
        Args: {
          p_code_hash: string
          p_answer: string
        }
        Returns: Json
      }
      approve_join_request: {
        Args: {
          p_command: string
          p_room_id: string
          p_by: string
          p_person: string
          p_head?: number | null
        }
        Returns: Json
      }
      ask_to_join: {
        Args: {
          p_room_id: string
          p_person: string
          p_note?: string | null
          p_code_hash?: string | null
        }
        Returns: Json
      }
      audit_of: {
        Args: {
          p_room_id: string
          p_by: string
          p_after?: number | null
          p_limit?: number | null
        }
        Returns: Json
      }
      audit_page: {
        Args: {
          p_limit: number
          p_before?: number | null
        }
        Returns: Json
      }
      bans_of: {
        Args: {
          p_room_id: string
          p_by: string
          p_after?: Json | null
          p_limit?: number | null
        }
        Returns: Json
      }
      begin_recording: {
        Args: {
          p_meeting: string
          p_by: string
          p_id: string
          p_path: string
        }
        Returns: Json
      }
      cancel_meeting: {
        Args: {
          p_meeting: string
          p_by: string
          p_next_ms?: number | null
          p_session?: number | null
          p_origin?: string | null
        }
        Returns: Json
      }
      change_entry: {
        Args: {
          p_room_id: string
          p_by: string
          p_visibility?: string | null
          p_join_policy?: string | null
          p_history?: string | null
        }
        Returns: Json
      }
      change_meeting: {
        Args: {
          p_meeting: string
          p_by: string
          p_change: Json
          p_origin?: string | null
        }
        Returns: Json
      }
      change_members: {
        Args: {
          p_command: string
          p_room_id: string
          p_by: string
          p_changes: Json
          p_head?: number | null
        }
        Returns: Json
      }
      change_settings: {
        Args: {
          p_person: string
          p_settings: Json
        }
        Returns: Json
      }
      claim_epoch: {
        Args: {
          p_room_id: string
        }
        Returns: Json
      }
      clear_passcode: {
        Args: {
          p_room_id: string
          p_by: string
        }
        Returns: Json
      }
      create_group: {
        Args: {
          p_room_id: string
          p_name: string
          p_owner: string
          p_members: string[]
          p_description?: string | null
          p_visibility?: string | null
          p_join_policy?: string | null
          p_history?: string | null
        }
        Returns: Json
      }
      create_join_link: {
        Args: {
          p_command: string
          p_room_id: string
          p_person: string
          p_code_hash: string
          p_expires_at_ms: number
          p_max_uses?: number | null
        }
        Returns: Json
      }
      create_meeting: {
        Args: {
          p_person: string
          p_asked: Json
        }
        Returns: Json
      }
      create_meeting_link: {
        Args: {
          p_command: string
          p_meeting: string
          p_by: string
          p_code_hash: string
          p_entry: string
          p_expires_at_ms?: number | null
          p_passcode?: Json | null
        }
        Returns: Json
      }
      decline_join_request: {
        Args: {
          p_room_id: string
          p_by: string
          p_person: string
        }
        Returns: Json
      }
      delete_room: {
        Args: {
          p_room_id: string
          p_by?: string | null
          p_limit?: number | null
        }
        Returns: Json
      }
      device_seen: {
        Args: {
          p_device: string
          p_person: string
        }
        Returns: Json
      }
      devices_of: {
        Args: {
          p_person: string
        }
        Returns: Json
      }
      directory: {
        Args: {
          p_person: string
          p_query?: string | null
          p_after?: Json | null
          p_limit?: number | null
        }
        Returns: Json
      }
      end_sessions: {
        Args: {
          p_person: string
          p_except?: string | null
        }
        Returns: string[]
      }
      erase_account: {
        Args: {
          p_person: string
          p_mode: string
          p_limit?: number | null
        }
        Returns: Json
      }
      erase_in_room: {
        Args: {
          p_room_id: string
          p_person: string
          p_limit?: number | null
        }
        Returns: Json
      }
      erasure_plan: {
        Args: {
          p_person: string
        }
        Returns: Json
      }
      expire_in_room: {
        Args: {
          p_room_id: string
          p_limit?: number | null
        }
        Returns: Json
      }
      export_acts: {
        Args: {
          p_person: string
          p_after: number
          p_limit: number
        }
        Returns: Json
      }
      export_invitations: {
        Args: {
          p_person: string
          p_after: string
          p_limit: number
        }
        Returns: Json
      }
      export_meetings: {
        Args: {
          p_person: string
          p_after: string
          p_limit: number
        }
        Returns: Json
      }
      export_messages: {
        Args: {
          p_person: string
          p_rooms: string[]
          p_after: number
          p_limit: number
          p_scan: number
        }
        Returns: Json
      }
      export_person: {
        Args: {
          p_person: string
        }
        Returns: Json
      }
      export_reactions: {
        Args: {
          p_person: string
          p_limit: number
          p_at?: string | null
          p_room_id?: string | null
          p_seq?: number | null
          p_emoji?: string | null
        }
        Returns: Json
      }
      export_recordings: {
        Args: {
          p_person: string
          p_after: string
          p_limit: number
        }
        Returns: Json
      }
      export_rooms: {
        Args: {
          p_person: string
          p_after: string
          p_limit: number
        }
        Returns: Json
      }
      export_written: {
        Args: {
          p_person: string
        }
        Returns: Json
      }
      files_gone: {
        Args: {
          p_paths: string[]
        }
        Returns: undefined
      }
      fill_statuses: {
        Args: {
          p_room_id: string
          p_limit?: number | null
        }
        Returns: Json
      }
      forget_recording: {
        Args: {
          p_meeting: string
          p_recording: string
        }
        Returns: undefined
      }
      hand_over: {
        Args: {
          p_command: string
          p_room_id: string
          p_from: string
          p_to: string
        }
        Returns: Json
      }
      inbox_state: {
        Args: {
          p_person: string
          p_limit?: number | null
        }
        Returns: Json
      }
      invitations_of: {
        Args: {
          p_meeting: string
          p_by: string
          p_after?: Json | null
          p_limit?: number | null
        }
        Returns: Json
      }
      invite_to_meeting: {
        Args: {
          p_meeting: string
          p_by: string
          p_people: string[]
          p_emails: Json
          p_message: string
          p_origin?: string | null
        }
        Returns: Json
      }
      join_links_of: {
        Args: {
          p_room_id: string
          p_by: string
          p_after?: Json | null
          p_limit?: number | null
        }
        Returns: Json
      }
      join_public: {
        Args: {
          p_command: string
          p_room_id: string
          p_person: string
          p_head: number
        }
        Returns: Json
      }
      join_requests_of: {
        Args: {
          p_room_id: string
          p_by: string
          p_after?: Json | null
          p_limit?: number | null
        }
        Returns: Json
      }
      join_room: {
        Args: {
          p_command: string
          p_code_hash: string
          p_person: string
          p_head: number
        }
        Returns: Json
      }
      keep_presence: {
        Args: {
          p_person: string
          p_online: boolean
          p_show: string
          p_custom: Json
          p_away: boolean
          p_last_seen_ms: number
          p_ttl_seconds: number
        }
        Returns: Json
      }
      keep_room_preferences: {
        Args: {
          p_person: string
          p_rooms: Json
        }
        Returns: Json
      }
      leave_device: {
        Args: {
          p_device: string
          p_person: string
        }
        Returns: undefined
      }
      link_preview: {
        Args: {
          p_code_hash: string
          p_person?: string | null
        }
        Returns: Json
      }
      meeting_entry: {
        Args: {
          p_meeting: string
          p_person?: string | null
          p_code_hash?: string | null
        }
        Returns: Json
      }
      meeting_links_of: {
        Args: {
          p_meeting: string
          p_by: string
        }
        Returns: Json
      }
      meeting_mails_sent: {
        Args: {
          p_ids: string[]
        }
        Returns: undefined
      }
      meeting_of: {
        Args: {
          p_meeting: string
          p_person: string
        }
        Returns: Json
      }
      meeting_passcode_salt: {
        Args: {
          p_link_id: string
        }
        Returns: Json
      }
      meeting_state: {
        Args: {
          p_meeting: string
        }
        Returns: Json
      }
      meetings_of: {
        Args: {
          p_person: string
          p_when: string
          p_room?: string | null
          p_after?: Json | null
          p_limit?: number | null
        }
        Returns: Json
      }
      member: {
        Args: {
          p_room_id: string
          p_person: string
        }
        Returns: Json
      }
      members_of: {
        Args: {
          p_room_id: string
          p_by: string
          p_after?: Json | null
          p_limit?: number | null
        }
        Returns: Json
      }
      message_info: {
        Args: {
          p_room_id: string
          p_seq: number
        }
        Returns: Json
      }
      message_receipts: {
        Args: {
          p_room_id: string
          p_seq: number
        }
        Returns: Json
      }
      message_states: {
        Args: {
          p_room_id: string
          p_seqs: number[]
        }
        Returns: Json
      }
      move_on_meeting: {
        Args: {
          p_meeting: string
          p_from_ms: number
          p_to_ms?: number | null
        }
        Returns: undefined
      }
      note_recording: {
        Args: {
          p_meeting: string
          p_recording: string
          p_egress: string
          p_status: string
          p_error?: string | null
          p_bytes?: number | null
          p_duration_ms?: number | null
        }
        Returns: Json
      }
      open_direct: {
        Args: {
          p_person: string
          p_other: string
        }
        Returns: Json
      }
      own_marks: {
        Args: {
          p_person: string
        }
        Returns: Json
      }
      passcode_salt: {
        Args: {
          p_room_id: string
        }
        Returns: Json
      }
      record_account_act: {
        Args: {
          p_person: string
          p_action: string
          p_details?: Json | null
        }
        Returns: undefined
      }
      record_meeting: {
        Args: {
          p_meeting: string
          p_state: Json
        }
        Returns: Json
      }
      recording_goes_on: {
        Args: {
          p_meeting: string
          p_recording: string
        }
        Returns: boolean
      }
      recording_of: {
        Args: {
          p_meeting: string
          p_recording: string
          p_person: string
        }
        Returns: Json
      }
      recordings_of: {
        Args: {
          p_meeting: string
          p_person: string
        }
        Returns: Json
      }
      register_device: {
        Args: {
          p_device: string
          p_person: string
          p_name?: string | null
          p_login?: string | null
        }
        Returns: Json
      }
      rename_device: {
        Args: {
          p_device: string
          p_person: string
          p_name: string
        }
        Returns: Json
      }
      revoke_device: {
        Args: {
          p_device: string
          p_person: string
        }
        Returns: Json
      }
      revoke_join_link: {
        Args: {
          p_room_id: string
          p_by: string
          p_link_id: string
        }
        Returns: Json
      }
      revoke_meeting_link: {
        Args: {
          p_meeting: string
          p_by: string
          p_link_id: string
        }
        Returns: Json
      }
      room_card: {
        Args: {
          p_room_id: string
          p_person: string
        }
        Returns: Json
      }
      room_commands: {
        Args: {
          p_room_id: string
          p_after: number
          p_limit: number
        }
        Returns: Json
      }
      room_lines: {
        Args: {
          p_person: string
          p_rooms: string[]
        }
        Returns: Json
      }
      room_spine: {
        Args: {
          p_room_id: string
          p_after: number
          p_limit: number
        }
        Returns: Json
      }
      room_state: {
        Args: {
          p_room_id: string
        }
        Returns: Json
      }
      schema_version: {
        Args: never
        Returns: string
      }
      search_messages: {
        Args: {
          p_person: string
          p_ask: Json
        }
        Returns: Json
      }
      search_people: {
        Args: {
          p_person: string
          p_text: string
          p_limit: number
          p_cursor: Json
        }
        Returns: Json
      }
      search_rooms: {
        Args: {
          p_person: string
          p_text: string
          p_limit: number
          p_cursor: Json
        }
        Returns: Json
      }
      set_block: {
        Args: {
          p_person: string
          p_other: string
          p_on: boolean
        }
        Returns: Json
      }
      set_passcode: {
        Args: {
          p_room_id: string
          p_by: string
          p_salt: string
          p_iterations: number
          p_hash: string
        }
        Returns: Json
      }
      standing: {
        Args: {
          p_room_id: string
          p_person: string
        }
        Returns: string
      }
      take_doomed_files: {
        Args: {
          p_limit: number
        }
        Returns: Json
      }
      take_meeting_mails: {
        Args: {
          p_limit: number
          p_meeting?: string | null
        }
        Returns: Json
      }
      try_meeting_passcode: {
        Args: {
          p_link_id: string
          p_guesser: string
          p_hash: string
        }
        Returns: Json
      }
      try_passcode: {
        Args: {
          p_room_id: string
          p_person: string
          p_hash: string
        }
        Returns: Json
      }
      use_meeting_link: {
        Args: {
          p_link_id: string
          p_first: boolean
        }
        Returns: string
      }
      withdraw_invitation: {
        Args: {
          p_meeting: string
          p_by: string
          p_invitation: string
          p_origin?: string | null
        }
        Returns: Json
      }
      withdraw_join_request: {
        Args: {
          p_room_id: string
          p_person: string
        }
        Returns: Json
      }
    }
    Enums: { [_ in never]: never }
    CompositeTypes: { [_ in never]: never }
  }
}
